-- Grain: one row per population of people who lost their closest partner: partners, household.
-- Long: one table of counts gives three populations, a ratio and an interval each.
with partner_lapse_strata as (
    select * from {{ ref('partner_lapse_strata') }}
),

partner_losses as (
    select * from {{ ref('partner_losses') }}
),

-- Mantel-Haenszel: four sums over the strata; decimals, so that their order does not matter
sums as (
    select
        clock,
        is_household,
        cast(sum(lapses_early) as bigint) as lapses_early,
        cast(sum(lapses_later) as bigint) as lapses_later,
        cast(sum(days_early) as bigint) as days_early,
        cast(sum(days_later) as bigint) as days_later,
        cast(
            sum(cast(lapses_early * days_later / (days_early + days_later) as decimal(18, 9)))
            as double
        ) as early_weighted,
        cast(
            sum(cast(lapses_later * days_early / (days_early + days_later) as decimal(18, 9)))
            as double
        ) as later_weighted,
        cast(
            sum(
                cast(
                    (lapses_early + lapses_later) * days_early * days_later
                    / pow(days_early + days_later, 2) as decimal(18, 9)
                )
            ) as double
        ) as spread,
    from partner_lapse_strata
    group by clock, is_household
),

ratios as (
    select
        *,
        early_weighted / nullif(later_weighted, 0) as ratio,
        sqrt(spread / nullif(early_weighted * later_weighted, 0)) as log_error,
    from sums
),

intervals as (
    select
        clock,
        is_household,
        lapses_early,
        lapses_later,
        days_early,
        days_later,
        log_error,
        try_cast(round(nullif(ratio, 0), 2) as decimal(9, 2)) as ratio,
        try_cast(round(ratio * exp(-{{ var('interval_errors') }} * log_error), 2) as decimal(9, 2))
            as low,
        try_cast(round(ratio * exp({{ var('interval_errors') }} * log_error), 2) as decimal(9, 2))
            as high,
    from ratios
),

populations as (
    select
        'partners' as population,
        false as is_household
    union all
    select
        'household',
        true
),

losses as (
    select
        is_household,
        count(*) as losses,
    from partner_losses
    group by is_household
),

figures as (
    select
        populations.population,
        coalesce(losses.losses, 0) as losses,
        coalesce(real.lapses_early, 0) as lapses_early,
        coalesce(real.lapses_later, 0) as lapses_later,
        cast(round(coalesce(real.days_early, 0) / 30.4375, 1) as decimal(12, 1)) as months_early,
        cast(round(coalesce(real.days_later, 0) / 30.4375, 1) as decimal(12, 1)) as months_later,
        real.ratio,
        real.low,
        real.high,
        pretended.ratio as pretended_ratio,
        pretended.low as pretended_low,
        pretended.high as pretended_high,
        placebo.ratio as placebo_ratio,
        placebo.low as placebo_low,
        placebo.high as placebo_high,
        -- the squared error of a log ratio falls as lapses grow in number; without an error yet it
        -- is that of lapses spread as the days are
        cast(
            ceil(
                coalesce(
                    (real.lapses_early + real.lapses_later) * pow(real.log_error, 2),
                    pow(real.days_early + real.days_later, 2)
                    / nullif(real.days_early * real.days_later, 0)
                )
                * pow(
                    ({{ var('interval_errors') }} + {{ var('partner_power_errors') }})
                    / ln({{ var('partner_ratio_to_find') }}),
                    2
                )
            ) as bigint
        ) as lapses_needed,
    from populations
    left join losses
        on populations.is_household = losses.is_household
    left join intervals as real
        on populations.is_household = real.is_household and real.clock = 'loss'
    left join intervals as pretended
        on populations.is_household = pretended.is_household and pretended.clock = 'pretended'
    left join intervals as placebo
        on populations.is_household = placebo.is_household and placebo.clock = 'placebo'
)

select
    population,
    losses,
    lapses_early,
    lapses_later,
    months_early,
    months_later,
    ratio,
    low,
    high,
    pretended_ratio,
    pretended_low,
    pretended_high,
    placebo_ratio,
    placebo_low,
    placebo_high,
    case
        when
            low > 1
            and pretended_low <= 1
            and pretended_high >= 1
            and least(lapses_early, lapses_later) >= {{ var('partner_min_lapses') }}
            then 'a lapse is ' || ratio || ' times as likely in the first '
                || '{{ var("partner_early_days") }} days'
        when lapses_needed is null then 'too few to say'
        when lapses_early + lapses_later < lapses_needed
            then 'too few to say; about ' || lapses_needed || ' lapses are needed'
        else 'no effect shown'
    end as finding,
    lapses_needed,
from figures
order by population desc
