-- Grain: one row per payment line that bought something, with its product and whose e-mail it has.
with core_payments as (
    select * from {{ ref('core_payments') }}
    where no_purchase_reason is null
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

emails as (
    select transactions.payment_line_id, transactions.billing_email as email
    from core_payments as transactions
    union
    select transactions.payment_line_id, transactions.receipt_email
    from core_payments as transactions
),

-- whose e-mail address it is, and whom the system itself names
payers as (
    select
        emails.payment_line_id,
        customers.customer_id,
        customers.first_name,
        customers.last_name,
    from emails
    inner join customer_records as customers
        on lower(emails.email) = customers.email
    where emails.email <> ''
    union
    select
        transactions.payment_line_id,
        customers.customer_id,
        customers.first_name,
        customers.last_name,
    from core_payments as transactions
    inner join customer_records as customers
        on transactions.payer_customer_id = customers.customer_id
),

owners as (
    select
        customers.payment_line_id,
        array_sort(list(distinct customers.customer_id)) as owner_customer_ids,
        case
            when count(distinct customers.customer_id) = 1
                then trim(concat_ws(' ', min(customers.first_name), min(customers.last_name)))
        end as owner_name,
    from payers as customers
    group by customers.payment_line_id
),

payments as (
    select
        transactions.payment_line_id,
        transactions.transaction_id,
        -- A terminal's "Payment" names nobody; the owner of the e-mail address may.
        case
            when {{ name_is_missing('transactions.buyer_name') }} then owners.owner_name
            else transactions.buyer_name
        end as payment_name,
        {{ pass_product('transactions.description') }} as product_kind,
        {{ pass_age_group('transactions.description') }} as product_age,
        {{ pass_gear('transactions.description') }} as product_gear,
        coalesce(owners.owner_customer_ids, []) as owner_customer_ids,
        transactions.paid_amount,
        transactions.day_pass_count,
        lower(transactions.description) as product_text,
        transactions.transaction_date as payment_date,
    from core_payments as transactions
    left join owners
        on transactions.payment_line_id = owners.payment_line_id
    where transactions.description is not null
),

products as (
    select
        payments.payment_line_id,
        payments.transaction_id,
        payments.payment_name,
        payments.product_kind,
        payments.product_age,
        {{ pass_gear_among('payments') }} as product_gear,
        payments.owner_customer_ids,
        payments.paid_amount,
        payments.day_pass_count,
        min(payments.payment_line_id) over equal_payments as equal_payments_id,
        row_number() over (equal_payments order by payments.payment_line_id) as equal_place,
        count(*) over equal_payments as equal_payments,
        -- Some systems write 1 for any number of passes; the amount tells.
        greatest(
            payments.day_pass_count,
            cast(round(
                payments.paid_amount / nullif(
                    median(payments.paid_amount / nullif(payments.day_pass_count, 0)) over (
                        partition by
                            payments.product_kind, payments.product_age, payments.product_gear
                    ),
                    0
                )
            ) as integer)
        ) as passes,
        count(*) over (partition by payments.product_kind, payments.product_age) / (
            max(payments.payment_date) over () - min(payments.payment_date) over () + 1
        ) as payments_per_day,
        payments.payment_date,
    from payments
    -- nothing in the exports tells these apart
    window equal_payments as (
        partition by
            payments.payment_date,
            lower(payments.payment_name),
            payments.product_text,
            payments.day_pass_count,
            payments.paid_amount
    )
)

select * from products
