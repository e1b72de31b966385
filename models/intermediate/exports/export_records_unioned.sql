-- Grain: one row per record of any export, with what became of it.
{%- set keys = {
    'checkins': 'checkin_id', 'customers': 'customer_id', 'membership_people': 'member_id',
    'memberships': 'membership_id', 'relations': 'customer_id', 'payments': 'transaction_id'
} %}
with records as (
    {% for export in core_exports() %}
    select
        {{ export_name_of(export, source_system_of(export.system)) }} as export_name,
        '{{ export.core_table }}' as core_table,
        cast({{ keys[export.core_table] }} as varchar) as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        erased_for,
        source_line,
        source_line_count,
    from {{ ref(export.staging) }}
    union all
    -- what a dialect leaves out of its files
    select
        {{ export_name_of(export, source_system_of(export.system)) }} as export_name,
        '{{ export.core_table }}' as core_table,
        null as row_key,
        source_file,
        'left out' as row_outcome,
        left_out_because as reject_reason,
        null as record_text,
        null as erased_for,
        source_line,
        source_line_count,
    from {{ ref(export.raw) }}
    where left_out_because is not null
    union all
    {% endfor %}
    select
        'reviews/answers' as export_name,
        '' as core_table,
        question_id as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        erased_for,
        source_line,
        source_line_count,
    from {{ ref('stg_reviews__answers') }}
    union all
    select
        'privacy/erasure_requests' as export_name,
        '' as core_table,
        cast(customer_id as varchar) as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        null as erased_for,
        source_line,
        source_line_count,
    from {{ ref('stg_privacy__erasure_requests') }}
)

select * from records
