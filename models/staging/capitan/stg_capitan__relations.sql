-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_capitan__relations') }}
    where {{ row_is_wanted() }}
),

typed as (
    select
        {{ integer_from_export('raw.customer_id') }} as customer_id,
        {{ integer_from_export('raw.related_customer_id') }} as related_customer_id,
        {{ core_word('raw.relationship', 'relationship', 'capitan') }} as relationship,
        {{ text_from_export('raw.related_customer_first_name') }} as related_customer_first_name,
        {{ text_from_export('raw.related_customer_last_name') }} as related_customer_last_name,
        {{ local_timestamp_from_export('raw.created_at') }} as created_at,
        raw.customer_id as customer_id_text,
        raw.related_customer_id as related_customer_id_text,
        {{ given_values('capitan/relations', 'raw') }} as given,
        raw.source_written_at,
        raw.source_file,
        raw.source_line,
        raw.source_line_count,
        raw.erased_for,
        coalesce(raw.is_erased, false) as is_erased,
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
            related_customer_id_text,
            unreadable_reason,
            source_written_at,
            given
        )
        replace ({{ possible_day('created_at', 'past') }} as created_at),
        {{ first_reject_reason([
            missing_value('customer_id'),
            missing_value('related_customer_id'),
        ]) }} as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
        {{ unreadable_values('capitan/relations') }} as unreadable_values,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome(
            'customer_id, related_customer_id, relationship', 'created_at'
        ) }} as row_outcome,
    from judged
)

select * from labelled
