-- A night whose rows each look right may still be wrong as a whole: a new wording at the desk, and
-- no buyer is read any more. So what was made of the exports is compared with the last good build,
-- and the last days with the weeks before; and where there are many chances something must come of
-- them. GYM_ALLOW_CHANGE names the rates (or "all") that are right as they are. A build with other
-- vars or variables, or other answers about words, is meant to differ, and is not compared. Four
-- standard deviations of a count are chance: a small gym's rates move by themselves, and so few
-- rows as few_faults allows may be one person who asked to be erased. In the first weeks of a gym
-- rates move anyhow, from the opening to the first quiet days.
with output_rates as (
    select * from {{ ref('output_rates') }}
),

build_figures as (
    select * from {{ source('build_state', 'build_figures') }}
),

last_good_build as (
    select
        metric as rate,
        value as per_thousand,
    from build_figures
    where section = 'rates'
    qualify dense_rank() over (order by build_number desc) = 1
        and settings_digest = (select any_value(output_rates.settings_digest) from output_rates)
),

expected as (
    select
        output_rates.*,
        last_good_build.per_thousand as per_thousand_before,
        last_good_build.per_thousand * output_rates.whole_count / 1000 as part_as_before,
        output_rates.earlier_part_count * output_rates.recent_whole_count
        / nullif(output_rates.earlier_whole_count, 0) as recent_part_as_earlier,
    from output_rates
    left join last_good_build on output_rates.rate = last_good_build.rate
),

judged as (
    select
        rate,
        case
            when
                part_count = 0
                and whole_count >= none_is_a_fault_from
                -- none at the last good build was allowed, or told by nobody: nothing has changed
                and coalesce(per_thousand_before, 1) > 0
                then format('none at all of {}', whole_count)
            when
                history_days >= {{ var('affinity_min_history_days') }}
                and abs(part_count - part_as_before)
                > greatest(
                    {{ var('few_faults') }},
                    {{ var('max_rate_change') }} * part_as_before
                    + 4 * sqrt(part_as_before * if(is_share, 1 - per_thousand_before / 1000, 1))
                    -- the rate of the build before was rounded
                    + whole_count / 1000
                )
                then format(
                    '{} of {}: {:.0f} for each 1000, and {} at the last good build',
                    part_count, whole_count, per_thousand, per_thousand_before
                )
            when
                is_steady
                and recent_part_count
                < least(
                    (1 - {{ var('max_recent_drop') }}) * recent_part_as_earlier,
                    recent_part_as_earlier - 4 * sqrt(recent_part_as_earlier)
                )
                then format(
                    '{} of {} in the last {{ var("recent_days") }} days, and {} of {} in the weeks'
                    || ' before',
                    recent_part_count, recent_whole_count, earlier_part_count, earlier_whole_count
                )
        end as problem,
        meaning,
    from expected
)

select * from judged
where problem is not null and not {{ is_allowed('GYM_ALLOW_CHANGE', 'rate') }}
