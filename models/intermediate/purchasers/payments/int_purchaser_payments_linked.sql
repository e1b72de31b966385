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

int_customer_names as (
    select * from {{ ref('int_customer_names') }}
),

int_purchaser_names as (
    select * from {{ ref('int_purchaser_names') }}
),

int_name_word_levels as (
    select * from {{ ref('int_name_word_levels') }}
),

purchasers as (
    select
        decided.purchaser_group_id,
        decided.customer_id,
    from int_purchasers_decided as decided
    where decided.match_method not in ('ambiguous', 'no_match')
),

-- Whose card it may have been: the purchaser's in any of the names on record, a relative's, or
-- that of somebody with the purchaser's last name.
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
        name_candidates.name_weight,
        payers.payer_weight,
    from payers
    inner join int_purchaser_name_candidates as name_candidates
        on payers.customer_id = name_candidates.customer_id
    where 'mismatch' not in (name_candidates.first_level, name_candidates.last_level)
    union all
    select
        purchasers.purchaser_group_id,
        payment_names.written_name,
        word_levels.weight,
        {{ match_parameter('link_same_last_weight') }},
    from purchasers
    inner join int_customer_names as customer_names
        on
            purchasers.customer_id = customer_names.customer_id
            and customer_names.first_form = 'first'
            and customer_names.last_form = 'full'
    inner join int_purchaser_names as payment_names
        on
            customer_names.last_name = payment_names.last_name
            and payment_names.is_on_payment
            and payment_names.reading in ('plain', 'long_last')
    inner join int_name_word_levels as word_levels
        on
            payment_names.last_name = word_levels.written_word
            and word_levels.name_field = 'last'
            and word_levels.level = 'exact'
),

known_payers as (
    select
        events.checkin_id,
        payments.transaction_id,
        payer_names.name_weight,
        payer_names.payer_weight,
        {{ match_payment_weight() }} as payment_weight,
        payments.payments_per_day,
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
    union all
    select
        purchaser_payments.checkin_id,
        purchaser_payments.transaction_id,
        purchaser_payments.name_weight,
        0,
        purchaser_payments.payment_weight,
        payments.payments_per_day,
    from int_purchaser_payments as purchaser_payments
    inner join int_payments as payments
        on purchaser_payments.transaction_id = payments.transaction_id
),

-- The likeliest payer stands for the payment.
options as (
    select
        known_payers.checkin_id,
        known_payers.transaction_id,
        known_payers.name_weight,
        known_payers.payer_weight,
        known_payers.payment_weight,
        known_payers.payments_per_day,
    from known_payers
    qualify row_number() over (
        partition by known_payers.checkin_id, known_payers.transaction_id
        order by
            known_payers.name_weight + known_payers.payer_weight desc,
            known_payers.payer_weight desc
    ) = 1
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
