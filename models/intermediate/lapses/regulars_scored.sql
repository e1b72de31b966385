{{ config(materialized='table') }}
-- Grain: one row per regular with enough weeks of history.
{%- set days = '7 * ' ~ var('slipping_weeks') %}
with regular_weeks as (
    select * from {{ ref('regular_weeks') }}
    where week_number <= {{ var('slipping_weeks') }}
),

regular_habits as (
    select * from {{ ref('regular_habits') }}
),

person_visits as (
    select * from {{ ref('person_visits') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

-- who was away for half of the time, and came back, is judged by the days since
seen as (
    select
        person_visits.customer_id,
        max(person_visits.checkin_date) as last_visit_date,
        arg_max(person_visits.gap_days, person_visits.checkin_date) as days_away,
        quantile_disc(person_visits.gap_days, {{ var('slipping_gap_percentile') }} / 100)
            filter (where person_visits.next_date is not null) as usual_gap,
        coalesce(
            min(core_today.today - person_visits.next_date) filter (
                where person_visits.gap_days >= {{ days }} // 2
                and core_today.today - person_visits.next_date < {{ days }}
            ),
            {{ days }}
        ) as days,
    from person_visits
    cross join core_today
    semi join regular_habits
        on person_visits.customer_id = regular_habits.customer_id
    group by person_visits.customer_id
),

visits as (
    select
        seen.customer_id,
        count(*) as visit_count,
    from seen
    cross join core_today
    inner join person_visits
        on
            seen.customer_id = person_visits.customer_id
            and core_today.today - person_visits.checkin_date < seen.days
    group by seen.customer_id
),

activity as (
    select
        seen.customer_id,
        sum(
            regular_weeks.activity_units
            * least(greatest(seen.days - 7 * (regular_weeks.week_number - 1), 0), 7) // 7
        ) as activity_units,
    from seen
    inner join regular_weeks
        on seen.customer_id = regular_weeks.customer_id
    group by seen.customer_id
),

expected as (
    select
        seen.*,
        habits.spread,
        habits.expected_a_year_ago,
        habits.visit_count_a_year_ago,
        coalesce(visits.visit_count, 0) as visits_recent,
        habits.visit_count * activity.activity_units / habits.activity_units as visits_expected,
        habits.visit_count_a_year_ago * activity.activity_units
        / habits.activity_units_a_year_ago as expected_by_season,
        -- what is expected is itself known from so many visits only
        1 + activity.activity_units / habits.activity_units as doubt,
        1 + activity.activity_units / habits.activity_units_a_year_ago as season_doubt,
    from seen
    inner join regular_habits as habits
        on seen.customer_id = habits.customer_id
    inner join activity
        on seen.customer_id = activity.customer_id
    left join visits
        on seen.customer_id = visits.customer_id
),

chances as (
    select
        *,
        {{ few_by_chance('visits_recent', 'visits_expected', '(spread * doubt)') }} as own_chance,
        {{ few_by_chance('visit_count_a_year_ago', 'expected_a_year_ago', 'spread') }}
            as chance_a_year_ago,
        {{ few_by_chance('visits_recent', 'expected_by_season', '(spread * season_doubt)') }}
            as season_chance,
    from expected
)

select
    customer_id,
    last_visit_date,
    visits_recent,
    cast(visits_expected as decimal(9, 3)) as visits_expected,
    cast(spread as decimal(9, 3)) as spread,
    cast(days as integer) as days,
    days_away,
    usual_gap,
    -- the same weeks a year ago are asked only where they were few
    cast(
        case
            when chance_a_year_ago < {{ var('slipping_season_percent') }} / 100
                then greatest(own_chance, season_chance)
            else own_chance
        end as decimal(9, 6)
    ) as p_value,
from chances
