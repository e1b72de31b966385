-- Grain: one row per payment line with an id, e-mail address or card of a customer.
with core_payments as (
    select * from {{ ref('core_payments') }}
    where no_purchase_reason is null
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

match_payer_keys as (
    select * from {{ ref('match_payer_keys') }}
),

records as (
    select
        customers.customer_id,
        coalesce(persons.person_id, customers.customer_id) as person_id,
        trim(concat_ws(' ', customers.first_name, customers.last_name)) as customer_name,
        customers.email,
    from customer_records as customers
    left join person_records as persons
        on customers.customer_id = persons.customer_id
),

addresses as (
    select payments.payment_line_id, payments.billing_email as email
    from core_payments as payments
    union
    select payments.payment_line_id, payments.receipt_email
    from core_payments as payments
),

found as (
    select payments.payment_line_id, records.customer_id, 'system' as known_by
    from core_payments as payments
    inner join records
        on payments.payer_customer_id = records.customer_id
    union all
    select addresses.payment_line_id, records.customer_id, 'own address'
    from addresses
    inner join records
        on addresses.email = records.email
    union all
    select addresses.payment_line_id, records.customer_id, 'address'
    from addresses
    inner join match_payer_keys as keys
        on keys.key_kind = 'email' and addresses.email = keys.payer_key
    inner join records
        on keys.person_id = records.person_id
    union all
    select payments.payment_line_id, records.customer_id, 'card'
    from core_payments as payments
    inner join match_payer_keys as keys
        on keys.key_kind = 'card' and payments.payer_account_id = keys.payer_key
    inner join records
        on keys.person_id = records.person_id
),

-- The payer whom the system itself names comes first, then a customer's own address. Of a family
-- that shares one, the card may tell who paid.
ranked as (
    select
        found.payment_line_id,
        found.customer_id,
        bool_or(found.known_by = 'own address') as is_own_address,
        bool_or(found.known_by = 'card') as is_card,
        case
            when bool_or(found.known_by = 'system') then 0
            when is_own_address and is_card then 1
            when is_own_address then 2
            when is_card then 3
            else 4
        end as place,
    from found
    group by found.payment_line_id, found.customer_id
    qualify place = min(place) over (partition by found.payment_line_id)
),

payers as (
    select
        ranked.payment_line_id,
        array_sort(list(ranked.customer_id)) as payer_customer_ids,
        case
            when count(distinct records.person_id) = 1
                then arg_min(records.customer_name, records.customer_id)
        end as payer_name,
        bool_and(ranked.is_own_address) as is_own_address,
    from ranked
    inner join records
        on ranked.customer_id = records.customer_id
    group by ranked.payment_line_id
)

select * from payers
