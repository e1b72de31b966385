-- Grain: one row per export, with what became of its records.
with export_records_unioned as (
    select * from {{ ref('export_records_unioned') }}
),

-- so that a missing one is reported too
export_names as (
    select
        unnest([{{ exports_known() | join(', ') }}], recursive := true),
    union
    select distinct export_name, false
    from export_records_unioned
    where export_name not in (
        select known.export_name
        from (select unnest([{{ exports_known() | join(', ') }}], recursive := true)) as known
    )
),

-- a source that a dialect reads has files of names of its own
left_out as (
    select
        export_name,
        string_agg(format('; {} left out: {}', row_count, reject_reason), '' order by reject_reason)
            as reasons,
    from (
        select export_name, reject_reason, count(*) as row_count
        from export_records_unioned
        where row_outcome = 'left out'
        group by export_name, reject_reason
    ) as counted
    group by export_name
),

-- not counted by the records: a file may have a header and no row
files as (
    select
        export_name,
        count(*) as file_count,
        string_agg(
            '; ' || file_name || ' has its header in line ' || header_line
            || ', what is above it is skipped', '' order by file_name
        ) filter (where header_line > 1) as titles,
    from {{ ref('export_files_listed') }}
    where not_read_because is null
    group by export_name
),

-- named once, also of a file that is read for several exports
unknown_columns as (
    select
        records.export_name,
        string_agg(
            distinct '; columns not read: ' || files.columns_not_read, ''
            order by '; columns not read: ' || files.columns_not_read
        ) as names,
    from (
        select
            source_file,
            min(export_name) as export_name,
        from export_records_unioned
        group by source_file
    ) as records
    inner join {{ ref('export_files_listed') }} as files
        on records.source_file = files.file_name
    group by records.export_name
),

-- what the dialect of a source says of its system
told as (
    select
        split_part(export_name, '/', 1) as source_system,
        -- a file that names a server adds a sentence at the end, and so is the last in order
        max(cannot) as cannot,
    from {{ ref('export_files_listed') }}
    where cannot is not null
    group by source_system
),

counts as (
    select
        export_names.export_name,
        export_names.is_required,
        coalesce(any_value(files.file_count), count(distinct records.source_file)) as file_count,
        count(records.row_outcome) as record_count,
        count(*) filter (where records.row_outcome = 'kept') as kept_count,
        count(*) filter (where records.row_outcome = 'rejected') as rejected_count,
        count(*) filter (where records.row_outcome = 'duplicate') as duplicate_count,
        count(*) filter (where records.row_outcome = 'superseded') as superseded_count,
        count(*) filter (where records.row_outcome = 'conflicting') as conflicting_count,
        count(*) filter (where records.row_outcome = 'erased') as erased_count,
        count(*) filter (where records.row_outcome = 'later') as later_count,
        count(*) filter (where records.row_outcome = 'left out') as left_out_count,
    from export_names
    left join export_records_unioned as records
        on export_names.export_name = records.export_name
    left join files on export_names.export_name = files.export_name
    group by export_names.export_name, export_names.is_required
),

explained as (
    select
        counts.*,
        case
            when counts.file_count = 0 then 'no file; what depends on it is empty'
            when counts.record_count = 0
                then 'empty: a header and no row, in ' || counts.file_count || ' file(s)'
            else format(
                '{} kept, {} rejected, {} duplicate, {} superseded, {} erased, in {} file(s)',
                counts.kept_count, counts.rejected_count, counts.duplicate_count,
                counts.superseded_count, counts.erased_count, counts.file_count
            )
            || if(
                counts.conflicting_count > 0,
                format(', {} conflicting', counts.conflicting_count), ''
            )
            || if(counts.later_count > 0, format(', {} after as_of', counts.later_count), '')
        end || coalesce(files.titles, '') || coalesce(unknown_columns.names, '')
        || coalesce(left_out.reasons, '') as note,
        told.cannot,
    from counts
    left join files on counts.export_name = files.export_name
    left join unknown_columns on counts.export_name = unknown_columns.export_name
    left join left_out on counts.export_name = left_out.export_name
    left join told on split_part(counts.export_name, '/', 1) = told.source_system
)

select * from explained
order by export_name
