-- Grain: one row per transfer check-in whose payment is known.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

int_purchaser_events as (
    select * from {{ ref('int_purchaser_events') }}
),

int_payments as (
    select * from {{ ref('int_payments') }}
),

int_purchaser_payments as (
    select * from {{ ref('int_purchaser_payments') }}
),

int_purchasers_decided as (
    select * from {{ ref('int_purchasers_decided') }}
),

int_purchaser_name_candidates as (
    select * from {{ ref('int_purchaser_name_candidates') }}
),

int_customer_relatives as (
    select * from {{ ref('int_customer_relatives') }}
),

purchasers as (
    select
        decided.purchaser_group_id,
        decided.customer_id,
    from int_purchasers_decided as decided
    where decided.match_method not in ('ambiguous', 'no_match')
),

-- Whose card it may have been: the purchaser's, in any of the names on record, or a relative's.
payers as (
    select purchasers.purchaser_group_id, purchasers.customer_id, 0 as payer_weight
    from purchasers
    union all
    select
        purchasers.purchaser_group_id,
        relatives.relative_customer_id,
        {{ match_parameter('link_relative_weight') }},
    from purchasers
    inner join int_customer_relatives as relatives
        on purchasers.customer_id = relatives.customer_id
),

payer_names as (
    select
        payers.purchaser_group_id,
        name_candidates.written_name as payment_name,
        max(name_candidates.name_weight + payers.payer_weight) as name_weight,
    from payers
    inner join int_purchaser_name_candidates as name_candidates
        on payers.customer_id = name_candidates.customer_id
    where 'mismatch' not in (name_candidates.first_level, name_candidates.last_level)
    group by payers.purchaser_group_id, name_candidates.written_name
),

known_payers as (
    select
        events.checkin_id,
        payments.transaction_id,
        payer_names.name_weight,
        {{ match_payment_weight() }} as payment_weight,
    from int_purchaser_events as events
    inner join payer_names
        on events.purchaser_group_id = payer_names.purchaser_group_id
    inner join int_payments as payments
        on
            payer_names.payment_name = payments.payment_name
            and events.product_kind = payments.product_kind
            and events.product_age = payments.product_age
            and events.checkin_date
            between payments.payment_date - 1 and payments.payment_date + events.validity_days
),

options as (
    select
        every_option.checkin_id,
        every_option.transaction_id,
        max(every_option.name_weight) as name_weight,
        max(every_option.payment_weight) as payment_weight,
    from (
        select checkin_id, transaction_id, name_weight, payment_weight from int_purchaser_payments as purchaser_payments
        union all
        select checkin_id, transaction_id, name_weight, payment_weight from known_payers
    ) as every_option
    group by every_option.checkin_id, every_option.transaction_id
),

posteriors as (
    select
        options.checkin_id,
        options.transaction_id,
        {{ match_link_posterior() }} as link_posterior,
    from options
),

linked as (
    select
        posteriors.checkin_id,
        posteriors.transaction_id,
        cast(payments.paid_amount as decimal(18, 2)) as paid_amount,
        payments.day_pass_count as group_size,
        posteriors.link_posterior,
        payments.payment_date,
    from posteriors
    inner join int_payments as payments
        on posteriors.transaction_id = payments.transaction_id
    where posteriors.link_posterior >= {{ match_parameter('link_accept_posterior') }}
)

select * from linked
