{{ config(materialized='table') }}
-- Grain: one row per regular with enough weeks of history before those that are judged.
with regular_weeks as (
    select * from {{ ref('regular_weeks') }}
    where week_number > {{ var('slipping_weeks') }}
),

rates as (
    select
        customer_id,
        count(*) as history_weeks,
        sum(visit_count) as visit_count,
        sum(activity_units) as activity_units,
        count(*) / {{ var('slipping_weeks') }} as window_count,
    from regular_weeks
    group by customer_id
    having count(*) >= {{ var('regular_weeks') }} and sum(activity_units) > 0
),

windows as (
    select
        customer_id,
        week_number,
        sum(visit_count) over whole_window as visit_count,
        sum(activity_units) over whole_window as activity_units,
    from regular_weeks
    window whole_window as (
        partition by customer_id order by week_number
        rows between current row and {{ (var('slipping_weeks') | int - 1) | abs }} following
    )
    qualify count(*) over whole_window = {{ var('slipping_weeks') }} and activity_units > 0
),

compared as (
    select
        windows.customer_id,
        windows.week_number,
        windows.visit_count,
        windows.activity_units,
        rates.visit_count * windows.activity_units / rates.activity_units as expected,
    from windows
    inner join rates
        on windows.customer_id = rates.customer_id
),

-- Pearson's dispersion: 1 for visits by chance; decimals, so that the order does not matter
spreads as (
    select
        customer_id,
        avg(cast(pow(visit_count - expected, 2) / expected as decimal(18, 9))) as spread,
    from compared
    group by customer_id
),

habits as (
    select
        rates.customer_id,
        rates.history_weeks,
        rates.visit_count,
        rates.activity_units,
        rates.window_count,
        -- the rate is known from so many windows, each of which it fits a little too well
        case
            when rates.window_count > 1
                then spreads.spread * rates.window_count / (rates.window_count - 1)
        end as own_spread,
        compared.visit_count as visit_count_a_year_ago,
        compared.activity_units as activity_units_a_year_ago,
        compared.expected as expected_a_year_ago,
    from rates
    left join spreads
        on rates.customer_id = spreads.customer_id
    left join compared
        on
            rates.customer_id = compared.customer_id
            and compared.week_number = {{ var('slipping_history_weeks') }} + 1
)

select
    *,
    -- the own spread, held by that of the others and never less than that of chance; it is known
    -- from so many windows itself, which makes extremes likelier, as in Student's distribution
    greatest(
        1.01,
        (
            coalesce(own_spread * window_count, 0)
            + median(own_spread) over () * {{ var('slipping_prior_windows') }}
        )
        / nullif(
            if(own_spread is null, 0, window_count) + {{ var('slipping_prior_windows') }}, 0
        )
    )
    * greatest(window_count + {{ var('slipping_prior_windows') }} - 1, 1)
    / greatest(window_count + {{ var('slipping_prior_windows') }} - 3, 1) as spread,
from habits
