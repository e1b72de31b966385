{{ config(pre_hook='{{ append_build_figures() }}') }}
-- Grain: one row per build that passed its tests, and figure of its report.
-- It stands behind every other model, so that a build of which any test fails adds nothing.
-- depends_on: {{ ref('exported_files') }}
-- depends_on: {{ ref('pipeline_report') }}
-- depends_on: {{ ref('crews') }}
-- depends_on: {{ ref('duplicate_customers') }}
-- depends_on: {{ ref('rejected_rows') }}
-- depends_on: {{ ref('names_withheld') }}
-- depends_on: {{ ref('find_customer') }}
-- depends_on: {{ ref('customer_card') }}
-- depends_on: {{ ref('connections_of') }}
-- depends_on: {{ ref('transfers_of') }}
-- depends_on: {{ ref('interactions_between') }}
-- depends_on: {{ ref('crew_of') }}
-- depends_on: {{ ref('public_totals') }}
with build_figures as (
    select * from {{ source('build_state', 'build_figures') }}
)

select * from build_figures
order by build_number, line_number
