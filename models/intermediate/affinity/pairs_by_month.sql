{{ config(materialized='table') }}
-- Grain: one row per pair of customers, location and month in which they met there.
with visit_days as (
    select * from {{ ref('visit_days') }}
),

rushes as (
    select * from {{ ref('rushes') }}
),

meetings as (
    {{ meetings(0) }}
),

months as (
    select
        customer_id_1,
        customer_id_2,
        meetings.location_number,
        cast(date_trunc('month', meetings.checkin_date) as date) as month_start,
        cast(count(*) as integer) as together_count,
        cast(sum({{ affinity_closeness_units('gap_us') }}) as bigint) as closeness_units,
        cast(
            coalesce(
                sum({{ affinity_closeness_units('gap_us') }})
                    filter (where rushes.span is not null),
                0
            ) as bigint
        ) as rush_units,
        min(gap_us) as closest_us,
    from meetings
    left join rushes
        on
            meetings.location_number = rushes.location_number
            and meetings.checkin_date = rushes.checkin_date
            and {{ affinity_span('meetings.later_arrival_us') }} = rushes.span
    group by
        customer_id_1,
        customer_id_2,
        meetings.location_number,
        date_trunc('month', meetings.checkin_date)
)

select * from months
