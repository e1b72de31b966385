-- Grain: one row per transfer check-in whose payment is known.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_day_uses as (
    select * from {{ ref('match_day_uses') }}
),

match_payments as (
    select * from {{ ref('match_payments') }}
),

match_payer_links as (
    select * from {{ ref('match_payer_links') }}
),

match_party_links as (
    select * from {{ ref('match_party_links') }}
),

-- Of equal payments each takes as many uses as it paid for, in the order of time.
payer_places as (
    select
        links.checkin_id,
        links.equal_payments_id,
        links.link_posterior,
        case when uses.product_kind = 'day 1' then row_number() over (
            partition by links.equal_payments_id order by uses.checkin_datetime, links.checkin_id
        ) else 1 end as use_place,
    from match_payer_links as links
    inner join match_day_uses as uses on links.checkin_id = uses.checkin_id
),

paid as (
    select
        places.checkin_id,
        payments.payment_line_id,
        places.link_posterior,
        'payer' as found_by
    from payer_places as places
    inner join match_payments as payments
        on places.equal_payments_id = payments.equal_payments_id
        and payments.equal_place = least(payments.equal_payments, 1 + (places.use_place - 1) // greatest(payments.passes, 1))
    union all
    select checkin_id, payment_line_id, link_posterior, 'party'
    from match_party_links
    where link_posterior >= 0.85
),

linked as (
    select
        paid.checkin_id,
        paid.payment_line_id,
        payments.transaction_id,
        cast(payments.paid_amount as decimal(18, 2)) as paid_amount,
        payments.day_pass_count as group_size,
        paid.link_posterior,
        paid.found_by,
        payments.equal_payments,
        payments.payment_date,
    from paid
    inner join match_payments as payments
        on paid.payment_line_id = payments.payment_line_id
    inner join match_day_uses as uses on paid.checkin_id = uses.checkin_id
    where uses.purchaser_group_id is not null
)

select * from linked
