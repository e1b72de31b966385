{{ config(materialized='table') }}
-- Grain: one row per pair of members of one crew, location and date on which they met there.
with int_visit_days as (
    select * from {{ ref('int_visit_days') }}
),

int_crew_members as (
    select * from {{ ref('int_crew_members') }}
),

crew_pairs as (
    select
        one.lowest_customer_id,
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
    from int_crew_members as one
    inner join int_crew_members as other
        on
            one.lowest_customer_id = other.lowest_customer_id
            and one.customer_id < other.customer_id
),

meetings as (
    {{ affinity_slid_pairs(0, 'crew_pairs') }}
),

crew_meetings as (
    select
        crew_pairs.lowest_customer_id,
        meetings.customer_id_1,
        meetings.customer_id_2,
        meetings.location_number,
        meetings.checkin_date,
        {{ affinity_closeness_units('meetings.apart_us') }} as closeness_units,
    from meetings
    inner join crew_pairs
        on
            meetings.customer_id_1 = crew_pairs.customer_id_1
            and meetings.customer_id_2 = crew_pairs.customer_id_2
)

select * from crew_meetings
order by lowest_customer_id, checkin_date, location_number, customer_id_1, customer_id_2
