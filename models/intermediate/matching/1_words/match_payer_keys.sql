-- Grain: one row per e-mail address or card of payments and person who is known to pay with it.
-- Long: who is known by a key and who else pays with it are one question about the same lines.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

core_payments as (
    select * from {{ ref('core_payments') }}
    where no_purchase_reason is null
),

match_membership_payers as (
    select * from {{ ref('match_membership_payers') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

records as (
    select
        customers.customer_id,
        coalesce(persons.person_id, customers.customer_id) as person_id,
        customers.email,
        {{ name_key("regexp_extract(customers.last_name, '(\\S+)\\s*$', 1)") }} as surname,
    from customer_records as customers
    left join person_records as persons
        on customers.customer_id = persons.customer_id
),

lines as (
    select
        payments.payment_line_id,
        payments.billing_email,
        payments.receipt_email,
        payments.payer_account_id,
        payments.membership_id,
        payments.payer_customer_id,
        case
            when not {{ name_is_missing('payments.buyer_name') }}
                then {{ name_key("regexp_extract(payments.buyer_name, '(\\S+)\\s*$', 1)") }}
        end as surname,
        hash(payments.description, payments.paid_amount, payments.day_pass_count) as sale,
        payments.transaction_date,
        payments.source_system,
    from core_payments as payments
    where coalesce(payments.billing_email, payments.receipt_email, payments.payer_account_id)
        is not null
),

keys as (
    select lines.*, 'email' as key_kind, lines.billing_email as payer_key
    from lines
    where lines.billing_email is not null
    union all
    select lines.*, 'email', lines.receipt_email
    from lines
    where lines.receipt_email is distinct from lines.billing_email
        and lines.receipt_email is not null
    union all
    select lines.*, 'card', lines.payer_account_id
    from lines
    where lines.payer_account_id is not null
),

-- Exactly known: whom the system names, who owns the membership that is paid, and whose own address
-- the payment carries.
known as (
    select lines.payment_line_id, lines.payer_customer_id as customer_id
    from lines
    where lines.payer_customer_id is not null
    union
    select lines.payment_line_id, payers.customer_id
    from lines
    inner join match_membership_payers as payers
        on lines.membership_id = payers.membership_id
    -- a system with people of its own has numbers of its own, which may be another's here
    where lines.source_system = payers.source_system
        or lines.source_system not in (select core_customers.source_system from core_customers)
    union
    select keys.payment_line_id, records.customer_id
    from keys
    inner join records
        on keys.key_kind = 'email' and keys.payer_key = records.email
),

-- A payment with the addresses of two persons is known to be of neither.
known_persons as (
    select
        known.payment_line_id,
        min(records.person_id) as person_id,
        min(records.surname) as surname,
    from known
    inner join records
        on known.customer_id = records.customer_id
    group by known.payment_line_id
    having count(distinct records.person_id) = 1
),

-- The desk's terminal and a company's address pay for many, and tell of nobody. So does an address
-- that identifies none of the customers who gave it.
many as (
    select keys.key_kind, keys.payer_key
    from keys
    left join known_persons
        on keys.payment_line_id = known_persons.payment_line_id
    group by keys.key_kind, keys.payer_key
    having
        count(distinct known_persons.person_id) > {{ match_parameter('payer_key_persons') }}
        or len(list_distinct(
            list(keys.surname) || list(known_persons.surname)
        )) > {{ match_parameter('payer_key_surnames') }}
    union
    select keys.key_kind, keys.payer_key
    from keys
    group by keys.key_kind, keys.payer_key, keys.transaction_date
    having count(distinct keys.sale) > {{ match_parameter('payer_key_sales_a_day') }}
    union
    select 'email', lower(trim(customers.email))
    from core_customers as customers
    anti join records
        on lower(trim(customers.email)) = records.email
),

tied as (
    select
        keys.key_kind,
        keys.payer_key,
        known_persons.person_id,
        count(*) as payments,
    from keys
    inner join known_persons
        on keys.payment_line_id = known_persons.payment_line_id
    anti join many
        on keys.key_kind = many.key_kind and keys.payer_key = many.payer_key
    group by keys.key_kind, keys.payer_key, known_persons.person_id
)

select * from tied
