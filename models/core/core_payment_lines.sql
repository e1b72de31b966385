-- Grain: one row per payment line.
select
    payment_line_id,
    transaction_id,
    stripe_customer_id,
    description,
    buyer_name,
    receipt_email,
    billing_email,
    data_source,
    revenue_category,
    sub_category,
    status,
    payment_intent_status,
    total_amount,
    base_price_amount,
    day_pass_count,
    quantity,
    transaction_date,
from {{ ref('stg_transactions__payments') }}
where row_outcome = 'kept'
