-- Grain: one row per way in which a person who asked to be erased may stand in the exports.
with base_privacy__erasure_requests as (
    select * from {{ ref('base_privacy__erasure_requests') }}
    where row_outcome = 'kept'
),

raw_capitan__customers as (
    select * from {{ ref('raw_capitan__customers') }}
),

requested as (
    select
        customer_id,
        name_key,
        email,
    from base_privacy__erasure_requests
),

-- who is named by the id alone goes by name and address, too
on_record as (
    select
        requested.customer_id,
        {{ erasure_name_key("concat_ws(' ', customers.first_name, customers.last_name)") }}
            as name_key,
        lower({{ text_from_export('customers.email') }}) as email,
    from raw_capitan__customers as customers
    inner join requested
        on {{ integer_from_export('customers.customer_id') }} = requested.customer_id
)

select * from requested
union
select * from on_record
