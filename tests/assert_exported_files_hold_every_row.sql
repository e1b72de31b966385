-- A file has as many rows as its mart.
with marts as (
    select 'pass_transfers' as mart, count(*) as row_count from {{ ref('pass_transfers') }}
    union all
    select 'customer_interactions', count(*) from {{ ref('customer_interactions') }}
    union all
    select 'customer_connections', count(*) from {{ ref('customer_connections') }}
    union all
    select 'customer_events', count(*) from {{ ref('customer_events') }}
),

exported_files as (
    select
        *,
        split_part(file_name, '.', 1) as mart,
    from {{ ref('exported_files') }}
)

select
    exported_files.file_name,
    exported_files.row_count,
    marts.row_count as rows_in_mart,
from exported_files
left join marts on exported_files.mart = marts.mart
where exported_files.row_count is distinct from marts.row_count
