{{ config(materialized='table') }}
-- Grain: one row per pair of customers, location and month in which they met there.
with visit_days as (
    select * from {{ ref('visit_days') }}
),

meetings as (
    {{ meetings(0) }}
),

months as (
    select
        customer_id_1,
        customer_id_2,
        location_number,
        cast(date_trunc('month', checkin_date) as date) as month_start,
        cast(count(*) as integer) as together_count,
        cast(sum({{ affinity_closeness_units('gap_us') }}) as bigint) as closeness_units,
        min(gap_us) as closest_us,
    from meetings
    group by
        customer_id_1, customer_id_2, location_number, date_trunc('month', checkin_date)
)

select * from months
