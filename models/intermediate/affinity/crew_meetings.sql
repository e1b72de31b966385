{{ config(materialized='table') }}
-- Grain: one row per pair of members of one crew, location and date on which they met there.
with visit_days as (
    select * from {{ ref('visit_days') }}
),

crew_groups as (
    select * from {{ ref('crew_groups') }}
),

crew_pairs as (
    select
        one.crew_key,
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
    from crew_groups as one
    inner join crew_groups as other
        on
            one.crew_key = other.crew_key
            and one.customer_id < other.customer_id
),

meetings as (
    {{ meetings(0, 'crew_pairs') }}
),

crew_meetings as (
    select
        crew_pairs.crew_key,
        meetings.customer_id_1,
        meetings.customer_id_2,
        meetings.location_number,
        meetings.checkin_date,
        {{ affinity_closeness_units('meetings.gap_us') }} as closeness_units,
    from meetings
    inner join crew_pairs
        on
            meetings.customer_id_1 = crew_pairs.customer_id_1
            and meetings.customer_id_2 = crew_pairs.customer_id_2
)

select * from crew_meetings
order by crew_key, checkin_date, location_number, customer_id_1, customer_id_2
