-- Grain: one row per export, with what became of its records.
with int_export_records_unioned as (
    select * from {{ ref('int_export_records_unioned') }}
),

export_names as (
    select * from {{ ref('export_names') }}
),

-- not counted by the records: a file may have a header and no row
files as (
    select
        export_name,
        count(*) as file_count,
    from {{ ref('stg_exports__files') }}
    where not_read_because is null
    group by export_name
),

counts as (
    select
        export_names.export_name,
        export_names.is_required,
        coalesce(any_value(files.file_count), 0) as file_count,
        count(records.row_outcome) as record_count,
        count(*) filter (where records.row_outcome = 'kept') as kept_count,
        count(*) filter (where records.row_outcome = 'rejected') as rejected_count,
        count(*) filter (where records.row_outcome = 'duplicate') as duplicate_count,
        count(*) filter (where records.row_outcome = 'superseded') as superseded_count,
        count(*) filter (where records.row_outcome = 'erased') as erased_count,
        count(*) filter (where records.row_outcome = 'later') as later_count,
    from export_names
    left join int_export_records_unioned as records
        on export_names.export_name = records.export_name
    left join files on export_names.export_name = files.export_name
    group by export_names.export_name, export_names.is_required
)

select * from counts
order by export_name
