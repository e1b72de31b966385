-- Grain: one row per payment line that bought something, with its product and who is known to pay.
with core_payments as (
    select * from {{ ref('core_payments') }}
    where no_purchase_reason is null
),

match_known_payers as (
    select * from {{ ref('match_known_payers') }}
),

payments as (
    select
        transactions.payment_line_id,
        transactions.transaction_id,
        -- A terminal's "Payment" names nobody; the owner of the e-mail address or card may.
        case
            when {{ name_is_missing('transactions.buyer_name') }} then payers.payer_name
            else transactions.buyer_name
        end as payment_name,
        {{ pass_product('transactions.description') }} as product_kind,
        {{ pass_age_group('transactions.description') }} as product_age,
        {{ pass_gear('transactions.description') }} as product_gear,
        coalesce(payers.payer_customer_ids, []) as owner_customer_ids,
        coalesce(payers.is_own_address, false) as is_own_address,
        transactions.paid_amount,
        transactions.day_pass_count,
        lower(transactions.description) as product_text,
        transactions.transaction_date as payment_date,
    from core_payments as transactions
    left join match_known_payers as payers
        on transactions.payment_line_id = payers.payment_line_id
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
        payments.is_own_address,
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
),

-- a column of the same name comes before the one that stands here
sold as (
    select
        products.*,
        concat_ws(
            ', ', products.product_kind, products.product_age, products.product_gear,
            products.passes
        ) as sold_as,
    from products
)

select * from sold
