{{ config(materialized='table') }}
-- Grain: one row per location, date and span of crowd_minutes with far more arrivals than usual.
with visit_days as (
    select * from {{ ref('visit_days') }}
),

spans as (
    select
        location_number,
        checkin_date,
        {{ affinity_span('first_arrival_us') }} as span,
        count(*) as arrival_count,
    from visit_days
    group by all
),

-- hardly any span comes near the limit
busy as (
    select
        *,
        unnest([
            checkin_date - 14, checkin_date - 7, checkin_date + 7, checkin_date + 14
        ]) as other_date,
    from spans
    where arrival_count > {{ var('rush_arrivals') }}
),

usual as (
    select
        busy.location_number,
        busy.checkin_date,
        busy.span,
        busy.arrival_count,
        coalesce(sum(other_weeks.arrival_count), 0) / 4 as usual_count,
    from busy
    left join spans as other_weeks
        on
            busy.location_number = other_weeks.location_number
            and busy.span = other_weeks.span
            and busy.other_date = other_weeks.checkin_date
    group by busy.location_number, busy.checkin_date, busy.span, busy.arrival_count
)

select * from usual
where
    arrival_count
    > {{ var('rush_arrivals') }} + {{ var('rush_times_usual') }} * usual_count
