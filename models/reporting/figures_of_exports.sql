-- Grain: one row per figure of the report on the exports: what was read and what was not.
with export_row_counts as (
    select * from {{ ref('export_row_counts') }}
),

stg_exports__files as (
    select * from {{ ref('stg_exports__files') }}
),

erasure_requests_met as (
    select * from {{ ref('erasure_requests_met') }}
),

titles as (
    select
        export_name,
        string_agg(
            '; ' || file_name || ' has its header in line ' || header_line
            || ', what is above it is skipped', '' order by file_name
        ) as note,
    from stg_exports__files
    where header_line > 1
    group by export_name
),

-- a folder of files that are no export is one line, and so are the files beyond the twentieth
not_read as (
    select
        listed_as,
        count(*) as file_count,
        min(not_read_because) as not_read_because,
        row_number() over (order by listed_as) as place,
    from stg_exports__files
    where not_read_because is not null
    group by listed_as
),

figures as (
    select
        1 as section_number,
        'rows in' as section,
        export_row_counts.export_name as metric,
        record_count as value,
        null as share_of,
        case
            when file_count = 0 then 'no file; what depends on it is empty'
            when record_count = 0
                then 'empty: a header and no row, in ' || file_count || ' file(s)'
            else format(
                '{} kept, {} rejected, {} duplicate, {} superseded, {} erased, in {} file(s)',
                kept_count, rejected_count, duplicate_count, superseded_count, erased_count,
                file_count
            ) || if(later_count > 0, format(', {} after as_of', later_count), '')
        end || coalesce(titles.note, '') as note,
    from export_row_counts
    left join titles on export_row_counts.export_name = titles.export_name
    union all
    select 1, 'rows in', 'rejected', sum(rejected_count), sum(record_count), null
    from export_row_counts
    union all
    select
        12, 'erasure requests', 'carried out', count(*), null,
        sum(records_erased) || ' records erased, names taken out of ' || sum(records_changed)
    from erasure_requests_met
    where records_erased + records_changed > 0
    having count(*) > 0
    union all
    select
        12, 'erasure requests', 'met nobody', count(*), null,
        string_agg(source_file || ' line ' || source_line, ', ' order by source_file, source_line)
    from erasure_requests_met
    where records_erased + records_changed = 0
    having count(*) > 0
    union all
    select
        13, 'files not read', 'place ' || lpad(cast(place as varchar), 2, '0'), file_count, null,
        listed_as || ': ' || not_read_because
    from not_read
    where place <= 20
    union all
    select
        13, 'files not read', 'total', coalesce(sum(file_count), 0), null,
        case when max(place) > 20 then 'of ' || max(place) || ' places 20 are named' end
    from not_read
)

select * from figures
