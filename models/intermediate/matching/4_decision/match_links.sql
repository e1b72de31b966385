-- Grain: one row per transfer check-in whose payment is known.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

match_payments as (
    select * from {{ ref('match_payments') }}
),

match_payment_options as (
    select * from {{ ref('match_payment_options') }}
),

match_decisions as (
    select * from {{ ref('match_decisions') }}
),

match_payers as (
    select * from {{ ref('match_payers') }}
),

match_day_uses as (
    select * from {{ ref('match_day_uses') }}
),

purchasers as (
    select
        decided.purchaser_group_id,
        decided.customer_id,
    from match_decisions as decided
    where decided.match_method not in ('ambiguous', 'no_match')
),

known_payers as (
    select
        events.checkin_id,
        payments.payment_line_id,
        payer_names.name_weight,
        payer_names.payer_weight,
        {{ match_payment_weight() }} as payment_weight,
        payments.payments_per_day,
    from match_groups as events
    inner join match_payers as payer_names
        on events.purchaser_group_id = payer_names.purchaser_group_id
    inner join match_payments as payments
        on
            payer_names.payment_name = payments.payment_name
            and events.product_kind = payments.product_kind
            and events.product_age = payments.product_age
            and events.checkin_date
            between payments.payment_date - 1 and payments.payment_date + events.validity_days
    union all
    select
        purchaser_payments.checkin_id,
        purchaser_payments.payment_line_id,
        purchaser_payments.name_weight,
        0,
        purchaser_payments.payment_weight,
        payments.payments_per_day,
    from match_payment_options as purchaser_payments
    inner join match_payments as payments
        on purchaser_payments.payment_line_id = payments.payment_line_id
),

-- The likeliest payer stands for the payment. Day passes that were all used on the day of the
-- purchase paid for no later visit, and fewer than were used that day did hardly pay for them.
options as (
    select
        known_payers.checkin_id,
        known_payers.payment_line_id,
        known_payers.name_weight,
        known_payers.payer_weight,
        known_payers.payment_weight
        + case
            when events.checkin_date > payments.payment_date and day_uses.uses >= payments.passes
                then {{ match_parameter('link_used_up_weight') }}
            when events.checkin_date = payments.payment_date and day_uses.uses > payments.passes
                then {{ match_parameter('link_too_small_weight') }}
            else 0
        end as payment_weight,
        known_payers.payments_per_day,
    from known_payers
    inner join match_groups as events
        on known_payers.checkin_id = events.checkin_id
    inner join match_payments as payments
        on known_payers.payment_line_id = payments.payment_line_id
    left join purchasers
        on events.purchaser_group_id = purchasers.purchaser_group_id
    left join match_day_uses as day_uses
        on
            purchasers.customer_id = day_uses.customer_id
            and payments.product_kind = day_uses.product_kind
            and payments.product_age = day_uses.product_age
            and payments.payment_date = day_uses.use_date
            and day_uses.product_kind = 'day 1'
    qualify row_number() over (
        partition by known_payers.checkin_id, known_payers.payment_line_id
        order by
            known_payers.name_weight + known_payers.payer_weight desc,
            known_payers.payer_weight desc
    ) = 1
),

posteriors as (
    select
        options.checkin_id,
        options.payment_line_id,
        {{ payment_link_probability() }} as link_posterior,
    from options
),

linked as (
    select
        posteriors.checkin_id,
        posteriors.payment_line_id,
        payments.transaction_id,
        cast(payments.paid_amount as decimal(18, 2)) as paid_amount,
        payments.day_pass_count as group_size,
        posteriors.link_posterior,
        payments.payment_date,
    from posteriors
    inner join match_payments as payments
        on posteriors.payment_line_id = payments.payment_line_id
    where posteriors.link_posterior >= {{ match_parameter('link_accept_posterior') }}
)

select * from linked
