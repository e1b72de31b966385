{{ config(materialized='table') }}
-- Grain: one row per person, companion and date on which the two met.
with visit_days as (
    select * from {{ ref('visit_days') }}
),

pairs_by_month as (
    select * from {{ ref('pairs_by_month') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

-- who does not reach it in all can reach it in no window
pairs as (
    select
        customer_id_1,
        customer_id_2,
    from pairs_by_month
    group by customer_id_1, customer_id_2
    having
        sum(together_count) >= {{ var('partner_min_meetings') }}
        and sum(closeness_units) >= cast(1000000 as bigint) * {{ var('partner_min_closeness') }}
),

meetings as (
    {{ meetings(0, 'pairs') }}
),

-- what is more than a meeting by chance is worth
met as (
    select
        -- of a person's records one may have a lower id than the companion's, and one a higher
        least(
            coalesce(one.person_id, meetings.customer_id_1),
            coalesce(other.person_id, meetings.customer_id_2)
        ) as customer_id_1,
        greatest(
            coalesce(one.person_id, meetings.customer_id_1),
            coalesce(other.person_id, meetings.customer_id_2)
        ) as customer_id_2,
        meetings.checkin_date,
        max(
            {{ affinity_closeness_units('meetings.gap_us') }}
            - cast(round(1000000 * {{ affinity_closeness_by_chance() }}) as bigint)
        ) as excess_units,
    from meetings
    left join person_records as one
        on meetings.customer_id_1 = one.customer_id
    left join person_records as other
        on meetings.customer_id_2 = other.customer_id
    group by all
),

both_ways as (
    select
        customer_id_1 as customer_id,
        customer_id_2 as companion_id,
        checkin_date,
        excess_units,
    from met
    union all
    select
        customer_id_2,
        customer_id_1,
        checkin_date,
        excess_units,
    from met
)

select * from both_ways
