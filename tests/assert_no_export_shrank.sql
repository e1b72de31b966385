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

select
    export_row_counts.export_name,
    last_good_build.record_count as records_at_last_good_build,
    export_row_counts.record_count as records_now,
from export_row_counts
inner join last_good_build on export_row_counts.export_name = last_good_build.export_name
where
    export_row_counts.export_name != 'privacy/erasure_requests'
    and export_row_counts.record_count
    < (1 - {{ var('max_shrink_share') }}) * last_good_build.record_count
    and not {{ is_allowed('GYM_ALLOW_SHRINK', 'export_row_counts.export_name') }}
