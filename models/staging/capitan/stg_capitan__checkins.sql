-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_capitan__checkins') }}
    where {{ row_is_wanted() }}
),

-- one row: which of day and month stands first where the year does not
orders as (
    select
        {{ date_orders('raw.customer_birthday', 'capitan/checkins') }} as customer_birthday,
    from {{ ref('raw_capitan__checkins') }} as raw
    where not regexp_matches(raw.customer_birthday, '^[0-9]{4}-')
),

typed as (
    select
        {{ integer_from_export('raw.checkin_id') }} as checkin_id,
        {{ integer_from_export('raw.customer_id') }} as customer_id,
        -- a dialect has made a text of every id, in the name of its source
        case
            when raw.moment_is != '' then {{ text_from_export('raw.location_id') }}
            else
                {{ id_from_export(
                    'raw.location_id',
                    '(select * from ' ~ ref('raw_capitan__checkins')
                    ~ ' where coalesce(moment_is, \'\') = \'\')'
                ) }}
        end as location_id,
        {{ core_word('raw.entry_method', 'entry_method', 'capitan') }} as entry_kind,
        {{ word_from_export('raw.entry_method') }} as entry_word,
        {{ text_from_export('raw.entry_method_description') }} as entry_method_description,
        {{ text_from_export('raw.customer_first_name') }} as customer_first_name,
        {{ text_from_export('raw.customer_last_name') }} as customer_last_name,
        lower({{ text_from_export('raw.customer_email') }}) as customer_email,
        {{ text_from_export('raw.location_name') }} as location_name,
        {{ text_from_export('raw.free_entry_reason') }} as free_entry_reason,
        {{ integer_from_export('raw.lifetime_checkin_count') }} as lifetime_checkin_count,
        {{ text_from_export('raw.pass_name') }} as pass_name,
        {{ text_from_export('raw.pass_buyer_name') }} as pass_buyer_name,
        {{ integer_from_export('raw.pass_buyer_id') }} as pass_buyer_customer_id,
        cast({{ integer_from_export('raw.pass_remaining_count') }} as integer)
            as pass_remaining_count,
        {{ boolean_from_export('raw.is_free_entry') }} as is_free_entry,
        {{ birthday_from_export('raw.customer_birthday', 'orders.customer_birthday') }}
            as customer_birthday_given,
        {{ birthday_problem('raw.customer_birthday', 'customer_birthday_given') }}
            as customer_birthday_problem,
        {{ local_timestamp_from_export('raw.checkin_datetime') }} as checkin_datetime,
        case
            when {{ moment_has_offset('raw.checkin_datetime') }}
                then {{ utc_from_export('raw.checkin_datetime') }}
        end as checkin_utc,
        -- the begin of a class is no arrival
        {{ tells_time_of_day('raw.checkin_datetime') }}
        and coalesce(nullif(raw.moment_is, ''), 'arrival') = 'arrival' as is_timed,
        {{ local_timestamp_from_export('raw.created_at') }} as created_at,
        raw.checkin_id as checkin_id_text,
        raw.customer_id as customer_id_text,
        raw.checkin_datetime as checkin_datetime_text,
        {{ given_values('capitan/checkins', 'raw') }} as given,
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
    cross join orders
),

judged as (
    select
        * exclude (
            entry_word,
            record_text,
            checkin_id_text,
            customer_id_text,
            checkin_datetime_text,
            source_written_at,
            customer_birthday_given,
            unreadable_reason,
            given
        )
        replace ({{ possible_day('created_at', 'past') }} as created_at),
        if(entry_kind = 'other', 'other', upper(entry_word)) as entry_method,
        case when customer_birthday_problem is null then customer_birthday_given end
            as customer_birthday,
        {{ first_reject_reason([
            missing_value('checkin_id'),
            missing_value('customer_id'),
            missing_value('checkin_datetime'),
            moment_problem('checkin_datetime'),
        ]) }} as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
        {{ unreadable_values('capitan/checkins') }} as unreadable_values,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome(
            'checkin_id', 'created_at', later=is_after_as_of('cast(checkin_datetime as date)'),
            conflict='customer_id != ' ~ of_winner('customer_id')
            ~ ' or location_id != ' ~ of_winner('location_id')
            ~ ' or abs(datediff(\'minute\', checkin_datetime, ' ~ of_winner('checkin_datetime')
            ~ ')) > 60 * ' ~ var('correction_max_hours')
        ) }} as row_outcome,
    from judged
)

select * from labelled
