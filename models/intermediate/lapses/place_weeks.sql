{{ config(materialized='table') }}
-- Grain: one row per home place and week, counted back from today.
with person_visits as (
    select * from {{ ref('person_visits') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

-- A regular who comes again is expected until then, whoever stays away is not: the season is that
-- of the people who come. Each stretch begins with a visit, so the last visit counts nowhere.
stretches as (
    select
        customer_id,
        home_location_id,
        checkin_date as from_date,
        next_date as until_date,
    from person_visits
    where
        is_regular
        and next_date is not null
        and gap_days < {{ var('slipping_weeks') }} * 7 // 2
),

rates as (
    select
        customer_id,
        -- visits a day in millionths: whole numbers add up in any order
        cast(round(1000000 * count(*) / sum(until_date - from_date)) as bigint) as rate_units,
    from stretches
    group by customer_id
),

steps as (
    select
        stretches.home_location_id,
        stretches.from_date as step_date,
        1 as visit_count,
        rates.rate_units,
    from stretches
    inner join rates
        on stretches.customer_id = rates.customer_id
    union all
    select
        stretches.home_location_id,
        stretches.until_date,
        0,
        -rates.rate_units,
    from stretches
    inner join rates
        on stretches.customer_id = rates.customer_id
),

stepped as (
    select
        home_location_id,
        step_date,
        sum(visit_count) as visit_count,
        sum(sum(rate_units)) over (partition by home_location_id order by step_date)
            as expected_units,
        lead(step_date) over (partition by home_location_id order by step_date) as next_step_date,
    from steps
    group by home_location_id, step_date
),

-- a day without a step is like the one before it, but nobody came
days as (
    select
        home_location_id,
        step_date,
        visit_count,
        expected_units,
        cast(unnest(range(step_date, next_step_date, interval 1 day)) as date) as day,
    from stepped
)

select
    days.home_location_id,
    (core_today.today - days.day) // 7 + 1 as week_number,
    -- millionths of what the same people's own rates let expect
    cast(
        round(
            1e12 * sum(if(days.day = days.step_date, days.visit_count, 0))
            / nullif(sum(days.expected_units), 0)
        ) as bigint
    ) as activity_units,
from days
cross join core_today
group by all
