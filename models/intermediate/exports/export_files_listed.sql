{{ config(materialized='table') }}
-- Grain: one row per file under the exports root.
with raw_exports__files as (
    select * from {{ ref('raw_exports__files') }}
),

-- files with a title above the header or with further columns: hardly any
headers as (
    {% for export in core_exports() %}
    select distinct
        source_file,
        source_header_line,
        columns_not_read,
    from {{ ref(export.raw) }}
    where source_header_line > 1 or columns_not_read is not null
    union all
    {% endfor %}
    select distinct
        source_file,
        source_header_line,
        columns_not_read,
    from {{ ref('raw_reviews__answers') }}
    where source_header_line > 1 or columns_not_read is not null
    union all
    select distinct
        source_file,
        source_header_line,
        columns_not_read,
    from {{ ref('raw_privacy__erasure_requests') }}
    where source_header_line > 1 or columns_not_read is not null
),

files as (
    select
        raw_exports__files.file_name,
        raw_exports__files.listed_as,
        raw_exports__files.export_name,
        raw_exports__files.not_read_because,
        raw_exports__files.cannot,
        raw_exports__files.byte_count,
        coalesce(headers.source_header_line, 1) as header_line,
        headers.columns_not_read,
        raw_exports__files.written_at,
    from raw_exports__files
    left join headers on raw_exports__files.file_name = headers.source_file
)

select * from files
