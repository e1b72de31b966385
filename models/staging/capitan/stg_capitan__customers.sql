-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_capitan__customers') }}
    where {{ row_is_wanted() }}
),

-- one row: which of day and month stands first where the year does not
orders as (
    select
        {{ date_orders('raw.birthday', 'capitan/customers') }} as birthday,
        {{ date_orders('raw.latest_waiver_expiration_date') }} as latest_waiver_expiration_date,
    from {{ ref('raw_capitan__customers') }} as raw
    where regexp_matches(
        concat(raw.birthday, ' ', raw.latest_waiver_expiration_date), '(^| )[0-9]{1,2}[/.-]'
    )
),

typed as (
    select
        {{ integer_from_export('raw.customer_id') }} as customer_id,
        lower({{ text_from_export('raw.email') }}) as email,
        {{ text_from_export('raw.phone') }} as phone,
        {{ text_from_export('raw.first_name') }} as first_name,
        {{ text_from_export('raw.last_name') }} as last_name,
        {{ text_from_export('raw.preferred_name') }} as preferred_name,
        {{ text_from_export('raw.source_customer_id') }} as source_customer_id,
        {{ boolean_from_export('raw.has_active_membership') }} as has_active_membership,
        {{ boolean_from_export('raw.has_opted_in_to_marketing') }}
            as has_opted_in_to_marketing,
        {{ boolean_from_export('raw.active_waiver_exists') }} as active_waiver_exists,
        {{ birthday_from_export('raw.birthday', 'orders.birthday') }} as birthday_given,
        {{ birthday_problem('raw.birthday', 'birthday_given') }} as birthday_problem,
        {{ date_from_export(
            'raw.latest_waiver_expiration_date', 'orders.latest_waiver_expiration_date'
        ) }} as latest_waiver_expiration_date,
        {{ local_timestamp_from_export('raw.created_at') }} as created_at,
        raw.customer_id as customer_id_text,
        {{ given_values('capitan/customers', 'raw') }} as given,
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
            customer_id_text,
            birthday_given,
            unreadable_reason,
            source_written_at,
            given
        )
        replace (
            {{ possible_day('latest_waiver_expiration_date', 'ahead') }}
                as latest_waiver_expiration_date,
            {{ possible_day('created_at', 'past') }} as created_at
        ),
        case when birthday_problem is null then birthday_given end as birthday,
        {{ first_reject_reason([
            missing_value('customer_id'),
        ]) }} as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
        {{ unreadable_values('capitan/customers') }} as unreadable_values,
    from typed
),

labelled as (
    select
        * exclude (is_erased),
        {{ row_outcome('customer_id', 'created_at', conflict=is_another_person()) }} as row_outcome,
    from judged
),

-- other names under one number: of earlier records, and of a record about somebody else
former as (
    select
        customer_id,
        list_sort(list(distinct {
            'first_name': first_name,
            'last_name': last_name,
            'is_of_another': row_outcome = 'conflicting'
        })) as former_names,
    from labelled
    where row_outcome in ('superseded', 'conflicting', 'duplicate')
    group by customer_id
)

select
    labelled.*,
    if(labelled.row_outcome = 'kept', coalesce(former.former_names, []), []) as former_names,
from labelled
left join former
    on labelled.customer_id = former.customer_id
