{{ config(materialized='table') }}
-- Grain: one row per clock, household or not, calendar week and band of tenure.
with partner_followups as (
    select * from {{ ref('partner_followups') }}
),

weeks as (
    select
        clock,
        is_household,
        from_date,
        start_date,
        observed_until,
        is_lapse,
        cast(
            unnest(
                generate_series(date_trunc('week', from_date + 1), observed_until, interval 7 day)
            ) as date
        ) as week_start,
    from partner_followups
),

parts as (
    select
        clock,
        is_household,
        week_start,
        (week_start - start_date) // {{ var('partner_tenure_band_days') }} as tenure_band,
        greatest(week_start, from_date + 1) as first_day,
        least(week_start + 6, observed_until) as last_day,
        from_date + {{ var('partner_early_days') }} as early_until,
        is_lapse and observed_until <= week_start + 6 as is_lapse_here,
        observed_until > from_date + {{ var('partner_early_days') }} as is_later_lapse,
    from weeks
),

strata as (
    select
        clock,
        is_household,
        week_start,
        tenure_band,
        sum(greatest(least(last_day, early_until) - first_day + 1, 0)) as days_early,
        sum(greatest(last_day - greatest(first_day, early_until + 1) + 1, 0)) as days_later,
        count(*) filter (where is_lapse_here and not is_later_lapse) as lapses_early,
        count(*) filter (where is_lapse_here and is_later_lapse) as lapses_later,
    from parts
    group by clock, is_household, week_start, tenure_band
)

select * from strata
