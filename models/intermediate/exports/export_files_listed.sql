{{ config(materialized='table') }}
-- Grain: one row per file under the exports root.
with raw_exports__files as (
    select * from {{ ref('raw_exports__files') }}
),

-- files with a title above the header or with further columns: hardly any. A workbook or a database
-- has several tables, and a file may be read for several exports.
headers_read as (
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

headers as (
    select
        source_file,
        max(source_header_line) as source_header_line,
        string_agg(distinct columns_not_read, '; ' order by columns_not_read) as columns_not_read,
    from headers_read
    group by source_file
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
