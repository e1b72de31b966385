-- Grain: one row per request to be erased, with what it met.
with stg_privacy__erasure_requests as (
    select * from {{ ref('stg_privacy__erasure_requests') }}
    where row_outcome = 'kept'
),

export_records_unioned as (
    select * from {{ ref('export_records_unioned') }}
    where erased_for is not null
),

met as (
    select
        unnest(erased_for) as request,
        row_outcome,
    from export_records_unioned
),

counted as (
    select
        request,
        count(*) filter (where row_outcome = 'erased') as records_erased,
        count(*) filter (where row_outcome != 'erased') as records_changed,
    from met
    group by request
),

requests as (
    select
        requests.source_file,
        requests.source_line,
        coalesce(counted.records_erased, 0) as records_erased,
        coalesce(counted.records_changed, 0) as records_changed,
    from stg_privacy__erasure_requests as requests
    left join counted
        on concat(requests.source_file, ':', requests.source_line) = counted.request
)

select * from requests
order by source_file, source_line
