{{ config(materialized='table') }}
-- Grain: one row per regular and week of the history, counted back from today.
with person_visits as (
    select * from {{ ref('person_visits') }}
),

place_weeks as (
    select * from {{ ref('place_weeks') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

-- regular in the weeks just before the window that is judged
regulars as (
    select
        person_visits.customer_id,
        any_value(person_visits.home_location_id) as home_location_id,
        -- the week of the first visit is no full week
        (any_value(core_today.today) - min(person_visits.checkin_date)) // 7 as full_weeks,
    from person_visits
    cross join core_today
    group by person_visits.customer_id
    having
        count(*) filter (
            where (core_today.today - person_visits.checkin_date) // 7
            between {{ var('slipping_weeks') }}
            and {{ var('slipping_weeks') }} + {{ var('regular_weeks') }} - 1
        ) >= {{ var('regular_visits') }}
),

visits as (
    select
        person_visits.customer_id,
        (core_today.today - person_visits.checkin_date) // 7 + 1 as week_number,
        count(*) as visit_count,
    from person_visits
    cross join core_today
    group by all
),

weeks as (
    select
        *,
        unnest(
            range(
                1,
                1 + least(
                    full_weeks,
                    {{ var('slipping_weeks') }} + {{ var('slipping_history_weeks') }}
                )
            )
        ) as week_number,
    from regulars
)

select
    weeks.customer_id,
    weeks.home_location_id,
    weeks.week_number,
    coalesce(visits.visit_count, 0) as visit_count,
    coalesce(place_weeks.activity_units, 0) as activity_units,
from weeks
left join visits
    on
        weeks.customer_id = visits.customer_id
        and weeks.week_number = visits.week_number
left join place_weeks
    on
        weeks.home_location_id = place_weeks.home_location_id
        and weeks.week_number = place_weeks.week_number
