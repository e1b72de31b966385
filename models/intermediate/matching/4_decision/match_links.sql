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

match_earlier_links as (
    select * from {{ ref('match_earlier_links') }}
),

-- Of equal payments for day passes each takes as many uses as it paid for, in the order of time.
payer_links as (
    select
        links.checkin_id,
        links.equal_payments_id,
        links.link_posterior,
        case
            when uses.product_kind = 'day 1'
                then row_number() over (
                    partition by links.equal_payments_id
                    order by uses.checkin_datetime, links.checkin_id
                )
            else 1
        end as use_place,
    from match_payer_links as links
    inner join match_day_uses as uses
        on links.checkin_id = uses.checkin_id
),

paid as (
    select
        payer_links.checkin_id,
        payments.payment_line_id,
        payer_links.link_posterior,
        'payer' as link_method,
    from payer_links
    inner join match_payments as payments
        on
            payer_links.equal_payments_id = payments.equal_payments_id
            and payments.equal_place = least(
                payments.equal_payments,
                (payer_links.use_place - 1) // greatest(payments.passes, 1) + 1
            )
    union all
    select
        party_links.checkin_id,
        party_links.payment_line_id,
        party_links.link_posterior,
        'party',
    from match_party_links as party_links
    where party_links.link_posterior >= {{ match_parameter('link_party_accept_posterior') }}
    union all
    select
        earlier_links.checkin_id,
        earlier_links.payment_line_id,
        earlier_links.link_posterior,
        'party',
    from match_earlier_links as earlier_links
),

linked as (
    select
        paid.checkin_id,
        paid.payment_line_id,
        payments.transaction_id,
        paid.link_method,
        cast(payments.paid_amount as decimal(18, 2)) as paid_amount,
        payments.day_pass_count as group_size,
        payments.equal_payments,
        paid.link_posterior,
        payments.payment_date,
    from paid
    inner join match_payments as payments
        on paid.payment_line_id = payments.payment_line_id
    inner join match_day_uses as uses
        on paid.checkin_id = uses.checkin_id
    where uses.purchaser_group_id is not null
)

select * from linked
