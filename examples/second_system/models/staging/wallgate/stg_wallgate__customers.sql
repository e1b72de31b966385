-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_wallgate__people') }}
    where {{ row_is_wanted() }}
),

-- one row: which of day and month stands first where the year does not
orders as (
    select {{ date_orders('raw.born', 'wallgate/people') }} as born,
    from {{ ref('raw_wallgate__people') }} as raw
),

typed as (
    select
        {{ integer_from_export('raw.guest_no') }} as customer_id,
        lower({{ text_from_export('raw.mail') }}) as email,
        {{ text_from_export('raw.given') }} as first_name,
        {{ text_from_export('raw.family') }} as last_name,
        {{ birthday_from_export('raw.born', 'orders.born') }} as birthday_given,
        {{ birthday_problem('raw.born', 'birthday_given') }} as birthday_problem,
        raw.guest_no as customer_id_text,
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
        * exclude (record_text),
        cast(null as varchar) as phone,
        cast(null as varchar) as preferred_name,
        cast(null as timestamp) as created_at,
        case when birthday_problem is null then birthday_given end as birthday,
        cast([] as struct(first_name varchar, last_name varchar, is_of_another boolean)[])
            as former_names,
        {{ first_reject_reason([
            missing_value('customer_id'),
        ]) }} as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome('customer_id') }} as row_outcome,
    from judged
)

select * from labelled
