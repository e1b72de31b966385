-- An export with far fewer records than at the last good build is cut short, not news: nothing is
-- written or published. GYM_ALLOW_SHRINK names the exports (or "all") for which it is right.
-- Requests to be erased are compared one by one: assert_no_request_vanished.
with export_row_counts as (
    select * from {{ ref('export_row_counts') }}
),

build_figures as (
    select * from {{ source('build_state', 'build_figures') }}
),

last_good_build as (
    select
        metric as export_name,
        value as record_count,
    from build_figures
    where section = 'rows in'
    qualify dense_rank() over (order by build_number desc) = 1
)

-- a source that a dialect reads has no row here once its folder is gone
select
    last_good_build.export_name,
    last_good_build.record_count as records_at_last_good_build,
    coalesce(export_row_counts.record_count, 0) as records_now,
from last_good_build
left join export_row_counts on last_good_build.export_name = export_row_counts.export_name
where
    last_good_build.export_name like '%/%'
    and last_good_build.export_name != 'privacy/erasure_requests'
    and coalesce(export_row_counts.record_count, 0)
    < (1 - {{ var('max_shrink_share') }}) * last_good_build.record_count
    and not {{ is_allowed('GYM_ALLOW_SHRINK', 'last_good_build.export_name') }}
