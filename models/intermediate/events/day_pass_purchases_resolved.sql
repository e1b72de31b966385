-- Grain: one row per payment line for day passes whose buyer is a known customer.
with core_payments as (
    select * from {{ ref('core_payments') }}
    where no_purchase_reason is null
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

match_links as (
    select * from {{ ref('match_links') }}
),

purchases as (
    select
        payment_line_id,
        transaction_id,
        description,
        day_pass_count,
        total_amount,
        transaction_date,
        source_system,
        payer_customer_id,
        {{ name_key('buyer_name') }} as buyer_key,
        list_distinct([receipt_email, billing_email]) as emails,
    from core_payments
    where day_pass_count > 0
),

by_email as (
    select
        purchases.payment_line_id,
        customer_records.customer_id,
        {{ name_key("concat_ws(' ', customer_records.first_name, customer_records.last_name)") }}
        = purchases.buyer_key as is_same_name,
    from (select *, unnest(emails) as email from purchases) as purchases
    inner join customer_records on purchases.email = customer_records.email
),

-- an e-mail address that a family shares identifies a customer only with the buyer's name
email_owners as (
    select
        payment_line_id,
        case
            when count(distinct customer_id) filter (where is_same_name) = 1
                then min(customer_id) filter (where is_same_name)
            when count(distinct customer_id) = 1 then min(customer_id)
        end as customer_id,
    from by_email
    group by payment_line_id
),

linked_purchasers as (
    select
        match_links.payment_line_id,
        min(pass_transfers_matched.purchaser_customer_id) as customer_id,
    from pass_transfers_matched
    inner join match_links
        on pass_transfers_matched.checkin_id = match_links.checkin_id
    where pass_transfers_matched.purchaser_customer_id is not null
    group by match_links.payment_line_id
    having count(distinct pass_transfers_matched.purchaser_customer_id) = 1
),

resolved as (
    select
        purchases.* exclude (buyer_key, emails, payer_customer_id),
        coalesce(
            payers.customer_id, email_owners.customer_id, linked_purchasers.customer_id
        ) as customer_id,
        case
            when payers.customer_id is not null then 'source_field'
            when email_owners.customer_id is not null then 'email'
            else 'linked_pass'
        end as resolved_by,
    from purchases
    left join customer_records as payers
        on purchases.payer_customer_id = payers.customer_id
    left join email_owners on purchases.payment_line_id = email_owners.payment_line_id
    left join linked_purchasers on purchases.payment_line_id = linked_purchasers.payment_line_id
)

select * from resolved
where customer_id is not null
