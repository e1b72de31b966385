-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_privacy__erasure_requests') }}
    where {{ file_is_readable() }}
),

typed as (
    select
        {{ integer_from_export('raw.customer_id') }} as customer_id,
        {{ text_from_export('raw.full_name') }} as full_name,
        lower({{ text_from_export('raw.email') }}) as email,
        {{ text_from_export('raw.phone') }} as phone,
        false as is_erased,
        raw.customer_id as customer_id_text,
        raw.source_file,
        raw.source_line,
        raw.source_line_count,
        raw.record_text,
        raw.record_hash,
        raw.reject_reason as unreadable_reason,
    from raw
),

judged as (
    select
        * exclude (
            record_text,
            customer_id_text,
            unreadable_reason
        ),
        -- a request that names nobody must not be taken for one that was carried out
        coalesce(
            unreadable_reason,
            case
                when customer_id is null and customer_id_text is not null and customer_id_text != ''
                    then {{ missing_value('customer_id') }}
                when coalesce(cast(customer_id as varchar), full_name, email, phone) is null
                    then 'neither customer_id nor full_name nor email nor phone is given'
            end
        ) as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome('customer_id, full_name, email, phone') }} as row_outcome,
    from judged
)

select * from labelled
