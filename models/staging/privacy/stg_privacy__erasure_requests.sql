{#- As many digits as a telephone number has at least; whom a request means asks the same. -#}
{%- set shortest_phone = 7 -%}

-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_privacy__erasure_requests') }}
    where {{ row_is_wanted() }}
),

typed as (
    select
        {{ integer_from_export('raw.customer_id') }} as customer_id,
        {{ text_from_export('raw.full_name') }} as full_name,
        lower({{ text_from_export('raw.email') }}) as email,
        {{ text_from_export('raw.phone') }} as phone,
        false as is_erased,
        raw.customer_id as customer_id_text,
        regexp_matches(email, '[^\s@"<>(),;:]@[\p{L}\p{N}]') as has_address,
        length(regexp_replace(phone, '[^0-9]', '', 'g')) >= {{ shortest_phone }} as has_number,
        regexp_matches(full_name, '\p{L}') as has_name,
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
            has_address,
            has_number,
            has_name,
            unreadable_reason
        ),
        -- a request that identifies nobody must not count as carried out
        coalesce(
            unreadable_reason,
            case
                when customer_id is null and customer_id_text is not null and customer_id_text != ''
                    then {{ missing_value('customer_id') }}
                when regexp_matches(record_text, '[\x{2028}\x{2029}\x{85}\x0b\x0c]')
                    then 'a line end that is none of CSV, behind which another request may stand'
                when coalesce(cast(customer_id as varchar), full_name, email, phone) is null
                    then 'neither customer_id nor full_name nor email nor phone is given'
                when customer_id is null and not coalesce(has_name, false)
                    and not coalesce(has_address, false) and not coalesce(has_number, false)
                    then concat_ws(
                        '; ',
                        if(full_name is not null, 'no letter in full_name', null),
                        if(email is not null, 'no address in email', null),
                        if(phone is not null, 'no number of ' || {{ shortest_phone }}
                        || ' digits or more in phone', null)
                    )
            end
        ) as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
        sha256(
            concat_ws(
                chr(31), 'id=' || customer_id, 'name=' || full_name, 'email=' || email,
                'phone=' || phone
            )
        ) as request_digest,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome('customer_id, full_name, email, phone') }} as row_outcome,
    from judged
)

select * from labelled
