-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_wallgate__visits') }}
    where {{ row_is_wanted() }}
),

typed as (
    select
        {{ integer_from_export('raw.visit_no') }} as checkin_id,
        {{ integer_from_export('raw.guest_no') }} as customer_id,
        {{ text_from_export('raw.hall') }} as location_id,
        {{ text_from_export('raw.hall') }} as location_name,
        {{ core_word('raw.admission', 'admission', 'wallgate') }} as entry_kind,
        {{ text_from_export('raw.ticket') }} as entry_method_description,
        {{ local_timestamp_from_export('raw.arrived') }} as checkin_datetime,
        {{ tells_time_of_day('raw.arrived') }} as is_timed,
        raw.visit_no as checkin_id_text,
        raw.guest_no as customer_id_text,
        raw.arrived as checkin_datetime_text,
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
        * exclude (record_text),
        entry_kind as entry_method,
        -- the turnstile knows numbers only
        cast(null as varchar) as customer_first_name,
        cast(null as varchar) as customer_last_name,
        cast(null as date) as customer_birthday,
        cast(null as varchar) as customer_birthday_problem,
        cast(null as timestamp) as checkin_utc,
        {{ first_reject_reason([
            missing_value('checkin_id'),
            missing_value('customer_id'),
            missing_value('checkin_datetime'),
            moment_problem('checkin_datetime'),
        ]) }} as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome(
            'checkin_id', later=is_after_as_of('cast(checkin_datetime as date)')
        ) }} as row_outcome,
    from judged
)

select * from labelled
