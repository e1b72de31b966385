-- Grain: one row per payment line for day passes whose buyer is a known customer.
with stg_transactions__transactions as (
    select * from {{ ref('stg_transactions__transactions') }}
),

int_customer_records as (
    select * from {{ ref('int_customer_records') }}
),

int_pass_transfers_matched as (
    select * from {{ ref('int_pass_transfers_matched') }}
),

purchases as (
    select
        transaction_id,
        description,
        day_pass_count,
        total_amount,
        transaction_date,
        lower(strip_accents(buyer_name)) as buyer_name,
        list_distinct([receipt_email, billing_email]) as emails,
    from stg_transactions__transactions
    where day_pass_count > 0 and transaction_date is not null
),

by_email as (
    select
        purchases.transaction_id,
        int_customer_records.customer_id,
        lower(strip_accents(concat_ws(
            ' ', int_customer_records.first_name, int_customer_records.last_name
        ))) = purchases.buyer_name as is_same_name,
    from (select *, unnest(emails) as email from purchases) as purchases
    inner join int_customer_records on purchases.email = int_customer_records.email
),

-- an e-mail that a family shares names nobody, unless one of them carries the buyer's name
email_owners as (
    select
        transaction_id,
        case
            when count(distinct customer_id) filter (where is_same_name) = 1
                then min(customer_id) filter (where is_same_name)
            when count(distinct customer_id) = 1 then min(customer_id)
        end as customer_id,
    from by_email
    group by transaction_id
),

linked_purchasers as (
    select
        linked_transaction_id as transaction_id,
        min(purchaser_customer_id) as customer_id,
    from int_pass_transfers_matched
    where linked_transaction_id is not null and purchaser_customer_id is not null
    group by linked_transaction_id
    having count(distinct purchaser_customer_id) = 1
),

resolved as (
    select
        purchases.* exclude (buyer_name, emails),
        coalesce(email_owners.customer_id, linked_purchasers.customer_id) as customer_id,
        case when email_owners.customer_id is not null then 'email' else 'linked_pass' end
            as resolved_by,
    from purchases
    left join email_owners on purchases.transaction_id = email_owners.transaction_id
    left join linked_purchasers on purchases.transaction_id = linked_purchasers.transaction_id
)

select * from resolved
where customer_id is not null
