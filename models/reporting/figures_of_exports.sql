-- Grain: one row per figure of the report on the exports: what was read and what was not.
with export_row_counts as (
    select * from {{ ref('export_row_counts') }}
),

files_not_read as (
    select * from {{ ref('files_not_read') }}
),

unknown_codes as (
    select * from {{ ref('unknown_codes') }}
),

unreadable_values as (
    select * from {{ ref('unreadable_values') }}
),

core_payments as (
    select * from {{ ref('core_payments') }}
),

erasure_requests_met as (
    select * from {{ ref('erasure_requests_met') }}
),

figures as (
    select
        1 as section_number,
        'rows in' as section,
        export_name as metric,
        record_count as value,
        null as share_of,
        note,
    from export_row_counts
    union all
    select 1, 'rows in', 'rejected', sum(rejected_count), sum(record_count), null
    from export_row_counts
    union all
    select
        1, 'rows in', 'conflicting', sum(conflicting_count), sum(record_count),
        'not used: their number is that of a later record about somebody or something else'
    from export_row_counts
    having sum(conflicting_count) > 0
    union all
    select
        12, 'erasure requests', 'carried out', count(*), null,
        sum(records_erased) || ' records erased, names taken out of ' || sum(records_changed)
    from erasure_requests_met
    where records_erased > 0
    having count(*) > 0
    union all
    select
        12, 'erasure requests', 'met no person, texts only', count(*), null,
        string_agg(source_file || ' line ' || source_line, ', ' order by source_file, source_line)
    from erasure_requests_met
    where records_erased = 0 and records_changed > 0
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
        14, 'unknown codes', export_name || ' ' || column_name, unknown_count, row_count,
        if(
            export_name like '%/payments' or export_name in (
                '{{ core_exports('payments') | map(attribute='export_name') | join("', '") }}'
            ),
            'none of the seed payment_statuses; buys nothing',
            'no word of the dialect of ' || split_part(export_name, '/', 1)
            || if(
                export_name in (
                    '{{ core_exports() | map(attribute='export_name') | join("', '") }}'
                ),
                '', ', or no field for it'
            )
            || '; read as other'
        )
    from unknown_codes
    where unknown_count > 0
    union all
    select
        14, 'unknown codes', 'statuses of payments by staff_review',
        count(*) filter (where status_method = 'staff_review'), count(*),
        'not in the seed payment_statuses; staff said what they mean'
    from core_payments
    having count(*) filter (where status_method = 'staff_review') > 0
    union all
    select
        15, 'unreadable values', export_name || ' ' || column_name || ', ' || reason,
        sum(unreadable_count), any_value(given_count),
        'read as empty; such as ' || arg_max(examples, unreadable_count)
    from unreadable_values
    group by export_name, column_name, reason
    union all
    select
        16, 'payments that buy nothing', no_purchase_reason, count(*),
        sum(count(*)) over (), null
    from core_payments
    where no_purchase_reason is not null
    group by no_purchase_reason
    union all
    -- a dialect says it of its system: what depends on it is empty, and not wrong
    select
        17, 'what a system cannot tell', split_part(export_name, '/', 1), sum(record_count), null,
        any_value(cannot)
    from export_row_counts
    where cannot is not null
    group by split_part(export_name, '/', 1)
    union all
    select 13, 'files not read', metric, file_count, null, note
    from files_not_read
)

select * from figures
