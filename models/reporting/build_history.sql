-- Grain: one row per good build, and figure of its report; the build that wrote this comes last.
-- make build makes it a good build, when all its tests have passed; until then the next build
-- takes its number.
with build_figures as (
    select * from {{ source('build_state', 'build_figures') }}
),

pipeline_report as (
    select * from {{ ref('pipeline_report') }}
),

output_rates as (
    select * from {{ ref('output_rates') }}
),

last_good_build as (
    -- builds are counted: clocks may go backwards
    select coalesce(max(build_number), 0) as build_number from build_figures
),

this_build as (
    select
        cast(last_good_build.build_number + 1 as integer) as build_number,
        pipeline_report.line_number,
        pipeline_report.section,
        pipeline_report.metric,
        pipeline_report.value,
        pipeline_report.percent,
        cast(left('{{ run_started_at }}', 19) as timestamp) as built_at,
        (select any_value(output_rates.settings_digest) from output_rates) as settings_digest,
    from pipeline_report
    cross join last_good_build
    -- the strongest pairs are people, not a figure to draw
    where pipeline_report.section != 'strongest pairs'
),

figures as (
    select * from build_figures
    union all by name
    select * from this_build
)

select * from figures
order by build_number, line_number
