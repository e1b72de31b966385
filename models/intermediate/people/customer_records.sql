{{ config(materialized='table') }}
-- Grain: one row per customer record of a person.
with core_customers as (
    select * from {{ ref('core_customers') }}
),

core_payments as (
    select * from {{ ref('core_payments') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

made_up_birthdays as (
    select * from {{ ref('made_up_birthdays') }}
),

placeholder_spellings as (
    select * from {{ ref('placeholder_spellings') }}
),

records as (
    select
        customers.* exclude (email, phone),
        placeholders.customer_id is not null as is_placeholder,
        nullif(lower(trim(customers.email)), '') as email_address,
        nullif(
            regexp_replace(
                regexp_replace(customers.phone, '[^0-9]', '', 'g'), '^1([0-9]{10})$', '\1'
            ),
            ''
        ) as phone_number,
    from core_customers as customers
    left join placeholder_records as placeholders
        on customers.customer_id = placeholders.customer_id
),

-- on a payment stands who paid, in one field
contacts as (
    select
        email_address as contact,
        customer_id,
        lower(last_name) as surname,
        is_placeholder,
    from records
    where email_address is not null
    union all
    select phone_number, customer_id, lower(last_name), is_placeholder
    from records
    where phone_number is not null
    union
    select
        unnest([receipt_email, billing_email]),
        null,
        lower(regexp_extract(buyer_name, '([^\s]+)\s*$', 1)),
        false
    from core_payments
),

shared as (
    select contact
    from contacts
    where contact is not null
    group by contact
    having
        count(distinct surname) > {{ var('shared_contact_surnames') }}
        or count(distinct customer_id) > {{ var('shared_contact_records') }}
        or bool_or(is_placeholder)
),

-- an address needs an @; of a number seven equal digits at its end are made up
people as (
    select
        customer_id,
        first_name,
        last_name,
        preferred_name,
        case
            when
                regexp_full_match(email_address, '[^@\s]+@[^@\s]+')
                and regexp_replace(split_part(email_address, '@', 1), '[._-]', '', 'g') not in (
                    select spelling from placeholder_spellings where kind = 'email'
                )
                and email_address not in (select contact from shared)
                then email_address
        end as email,
        case
            when
                length(phone_number) >= 7
                and replace(right(phone_number, 7), right(phone_number, 1), '') != ''
                and phone_number not in (
                    select spelling from placeholder_spellings where kind = 'phone'
                )
                and phone_number not in (select contact from shared)
                then phone_number
        end as phone,
        email_address,
        phone_number,
        case when birthday not in (select birthday from made_up_birthdays) then birthday end
            as birthday,
    from records
    where not is_placeholder
)

select
    * exclude (email_address, phone_number),
    email_address is not null and email is null as is_email_dummy,
    phone_number is not null and phone is null as is_phone_dummy,
from people
