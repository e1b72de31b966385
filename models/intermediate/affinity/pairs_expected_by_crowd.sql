{{ config(materialized='table') }}
-- Grain: one row per pair of customers in pairs_counted who each met somebody at one location in
-- one month.
-- depends_on: {{ ref('pairs_on_shifted_weeks') }}
-- The two are the largest queries of a build: one after the other they need not spill to disk for
-- each other's sake.
with pairs_by_month as (
    select * from {{ ref('pairs_by_month') }}
),

pairs_counted as (
    select * from {{ ref('pairs_counted') }}
),

-- not materialized: the statistics of the table keep the planner from pairing everybody first
people_by_month as not materialized (
    select * from {{ ref('people_by_month') }}
),

-- the pair's own meetings are taken out of all three counts: they are what is to be judged
shared_months as (
    select
        pairs_counted.customer_id_1,
        pairs_counted.customer_id_2,
        one.meeting_count - coalesce(pairs_by_month.together_count, 0) as count_1,
        other.meeting_count - coalesce(pairs_by_month.together_count, 0) as count_2,
        one.location_meeting_count - coalesce(pairs_by_month.together_count, 0) as count_all,
    from pairs_counted
    inner join people_by_month as one
        on pairs_counted.customer_id_1 = one.customer_id
    inner join people_by_month as other
        on
            pairs_counted.customer_id_2 = other.customer_id
            and one.location_number = other.location_number
            and one.month_start = other.month_start
    left join pairs_by_month
        on
            pairs_counted.customer_id_1 = pairs_by_month.customer_id_1
            and pairs_counted.customer_id_2 = pairs_by_month.customer_id_2
            and one.location_number = pairs_by_month.location_number
            and one.month_start = pairs_by_month.month_start
),

crowds as (
    select
        customer_id_1,
        customer_id_2,
        -- millionths in whole numbers: the sum must not depend on the order of its terms
        cast(
            sum(
                cast(
                    round(1e6 * count_1 * count_2 / (2 * greatest(count_all, 1))) as bigint
                )
            ) as bigint
        ) as crowd_units,
    from shared_months
    group by customer_id_1, customer_id_2
)

select * from crowds
