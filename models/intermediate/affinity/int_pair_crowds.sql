{{ config(materialized='table') }}
-- Grain: one row per pair of customers in int_pair_counts who each met somebody at one location in
-- one month.
-- depends_on: {{ ref('int_pair_slides') }}
-- The two are the largest queries of a build: one after the other they need not spill to disk for
-- each other's sake.
with int_pair_months as (
    select * from {{ ref('int_pair_months') }}
),

int_pair_counts as (
    select * from {{ ref('int_pair_counts') }}
),

-- not materialized: the statistics of the table keep the planner from pairing everybody first
int_person_months as not materialized (
    select * from {{ ref('int_person_months') }}
),

-- the pair's own meetings are taken out of all three counts: they are what is to be judged
shared_months as (
    select
        int_pair_counts.customer_id_1,
        int_pair_counts.customer_id_2,
        one.meeting_count - coalesce(int_pair_months.together_count, 0) as count_1,
        other.meeting_count - coalesce(int_pair_months.together_count, 0) as count_2,
        one.location_meeting_count - coalesce(int_pair_months.together_count, 0) as count_all,
    from int_pair_counts
    inner join int_person_months as one
        on int_pair_counts.customer_id_1 = one.customer_id
    inner join int_person_months as other
        on
            int_pair_counts.customer_id_2 = other.customer_id
            and one.location_number = other.location_number
            and one.month_start = other.month_start
    left join int_pair_months
        on
            int_pair_counts.customer_id_1 = int_pair_months.customer_id_1
            and int_pair_counts.customer_id_2 = int_pair_months.customer_id_2
            and one.location_number = int_pair_months.location_number
            and one.month_start = int_pair_months.month_start
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
