-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_capitan__members') }}
    where {{ row_is_wanted() }}
),

-- one row: which of day and month stands first where the year does not
orders as (
    select
        {{ date_orders('raw.start_date') }} as start_date,
        {{ date_orders('raw.end_date') }} as end_date,
    from {{ ref('raw_capitan__members') }} as raw
    where regexp_matches(concat(raw.start_date, ' ', raw.end_date), '(^| )[0-9]{1,2}[/.-]')
),

typed as (
    select
        {{ integer_from_export('raw.member_id') }} as member_id,
        {{ integer_from_export('raw.membership_id') }} as membership_type_id,
        {{ integer_from_export('raw.customer_id') }} as customer_id,
        {{ text_from_export('raw.member_first_name') }} as member_first_name,
        {{ text_from_export('raw.member_last_name') }} as member_last_name,
        {{ text_from_export('raw.name') }} as membership_name,
        {{ core_word('raw.size', 'membership_size', 'capitan') }} as size,
        {{ core_word('raw.status', 'membership_status', 'capitan') }} as status,
        {{ text_from_export('raw.interval') }} as billing_interval,
        {{ text_from_export('raw.frequency') }} as frequency,
        {{ money_from_export('raw.billing_amount') }} as billing_amount,
        {{ boolean_from_export('raw.member_is_individually_frozen') }} as is_individually_frozen,
        {{ date_from_export('raw.start_date', 'orders.start_date') }} as start_date,
        {{ date_from_export('raw.end_date', 'orders.end_date') }} as end_date,
        raw.member_id as member_id_text,
        raw.customer_id as customer_id_text,
        {{ given_values('capitan/members', 'raw') }} as given,
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
            record_text,
            member_id_text,
            customer_id_text,
            unreadable_reason,
            source_written_at,
            given
        )
        replace (
            {{ possible_day('start_date', 'ahead') }} as start_date,
            {{ possible_day('end_date', 'ahead') }} as end_date
        ),
        {{ first_reject_reason([
            missing_value('member_id'),
            missing_value('customer_id'),
        ]) }} as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
        {{ unreadable_values('capitan/members') }} as unreadable_values,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome(
            'member_id', later=is_after_as_of('start_date'),
            conflict='customer_id != ' ~ of_winner('customer_id')
            ~ ' and lower(member_first_name) != lower(' ~ of_winner('member_first_name') ~ ')'
        ) }} as row_outcome,
    from judged
)

select * from labelled
