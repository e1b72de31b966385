-- Grain: one row per record of an export that could not be used.
with export_records_unioned as (
    select * from {{ ref('export_records_unioned') }}
),

rejected as (
    select
        export_name,
        source_file,
        source_line,
        row_key,
        reject_reason,
        record_text as raw_text,
    from export_records_unioned
    where row_outcome = 'rejected'
)

select * from rejected
order by export_name, source_file, source_line
