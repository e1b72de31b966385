{{ config(pre_hook='{{ append_build_figures() }}') }}
-- Grain: one row per build that passed its tests, and figure of its report.
-- depends_on: {{ ref('exported_files') }}
-- depends_on: {{ ref('pipeline_report') }}
with build_figures as (
    select * from {{ source('build_state', 'build_figures') }}
)

select * from build_figures
order by build_number, line_number
