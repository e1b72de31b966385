-- Grain: one row per record of any export, with what became of it.
with records as (
    select
        'capitan/checkins' as export_name,
        cast(checkin_id as varchar) as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        erased_for,
        source_line,
        source_line_count,
    from {{ ref('stg_capitan__checkins') }}
    union all
    select
        'capitan/customers' as export_name,
        cast(customer_id as varchar) as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        erased_for,
        source_line,
        source_line_count,
    from {{ ref('stg_capitan__customers') }}
    union all
    select
        'capitan/members' as export_name,
        cast(member_id as varchar) as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        erased_for,
        source_line,
        source_line_count,
    from {{ ref('stg_capitan__membership_people') }}
    union all
    select
        'capitan/memberships' as export_name,
        cast(membership_id as varchar) as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        erased_for,
        source_line,
        source_line_count,
    from {{ ref('stg_capitan__memberships') }}
    union all
    select
        'capitan/relations' as export_name,
        cast(customer_id as varchar) as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        erased_for,
        source_line,
        source_line_count,
    from {{ ref('stg_capitan__relations') }}
    union all
    select
        'transactions/combined_transaction_data' as export_name,
        cast(transaction_id as varchar) as row_key,
        source_file,
        row_outcome,
        reject_reason,
        record_text,
        erased_for,
        source_line,
        source_line_count,
    from {{ ref('stg_transactions__payments') }}
    union all
    select
        'privacy/erasure_requests' as export_name,
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
