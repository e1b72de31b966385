-- Grain: one row per use of a pass whose payment names its payer.
-- Long: three ways to know a payer compete for one payment, so they are weighed together.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_day_uses as (
    select * from {{ ref('match_day_uses') }}
),

match_payments as (
    select * from {{ ref('match_payments') }}
),

match_payment_options as (
    select * from {{ ref('match_payment_options') }}
),

match_payers as (
    select * from {{ ref('match_payers') }}
),

customer_relatives as (
    select * from {{ ref('customer_relatives') }}
),

-- Whose address or card the payment carries, whatever name is on it; a relative may have paid.
payers_known as (
    select
        payments.payment_line_id,
        unnest(payments.owner_customer_ids) as customer_id,
    from match_payments as payments
),

payers as (
    select
        payments.payment_line_id,
        payer_names.customer_id,
        payer_names.name_weight,
        payer_names.payer_weight,
    from match_payments as payments
    inner join match_payers as payer_names
        on payments.payment_name = payer_names.payment_name
    union all
    select
        payers_known.payment_line_id,
        payers_known.customer_id,
        {{ match_parameter('link_known_payer_weight') }},
        0,
    from payers_known
    union all
    select
        payers_known.payment_line_id,
        relatives.customer_id,
        {{ match_parameter('link_known_payer_weight') }},
        {{ match_parameter('link_relative_weight') }},
    from payers_known
    inner join customer_relatives as relatives
        on payers_known.customer_id = relatives.relative_customer_id
),

known_payers as (
    select
        events.checkin_id,
        payments.payment_line_id,
        payers.name_weight,
        payers.payer_weight,
        {{ match_payment_weight() }} as payment_weight,
        payments.payments_per_day,
    from match_day_uses as events
    inner join payers
        on events.customer_id = payers.customer_id
    inner join match_payments as payments
        on
            payers.payment_line_id = payments.payment_line_id
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

bought_days as (
    select distinct
        uses.buyer_id,
        uses.product_kind,
        uses.product_age,
        uses.checkin_date,
        uses.day_uses,
    from match_day_uses as uses
    where uses.product_kind = 'day 1'
),

-- The likeliest payer stands for the payment. Day passes that were all used on the day of the
-- purchase paid for no later visit, and fewer than were used that day did hardly pay for them.
options as (
    select
        known_payers.checkin_id,
        payments.equal_payments_id,
        known_payers.name_weight,
        known_payers.payer_weight,
        known_payers.payment_weight
        + case
            when
                events.checkin_date > payments.payment_date
                and bought_days.day_uses >= payments.passes * payments.equal_payments
                then {{ match_parameter('link_used_up_weight') }}
            when
                events.checkin_date = payments.payment_date
                and bought_days.day_uses > payments.passes * payments.equal_payments
                then {{ match_parameter('link_too_small_weight') }}
            else 0
        end as payment_weight,
        known_payers.payments_per_day,
    from known_payers
    inner join match_day_uses as events
        on known_payers.checkin_id = events.checkin_id
    inner join match_payments as payments
        on known_payers.payment_line_id = payments.payment_line_id
    left join bought_days
        on
            events.buyer_id = bought_days.buyer_id
            and payments.product_kind = bought_days.product_kind
            and payments.product_age = bought_days.product_age
            and payments.payment_date = bought_days.checkin_date
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
        options.equal_payments_id,
        {{ payment_link_probability() }} as link_posterior,
    from options
),

-- Equal payments stand for one another, so their probabilities add up.
linked as (
    select
        posteriors.checkin_id,
        posteriors.equal_payments_id,
        cast(sum(cast(posteriors.link_posterior as decimal(18, 9))) as double) as link_posterior,
    from posteriors
    group by posteriors.checkin_id, posteriors.equal_payments_id
    having link_posterior >= {{ match_parameter('link_accept_posterior') }}
),

-- Day passes are used up: what one payment did not pay for, another did, perhaps without a name.
within_count as (
    select linked.*
    from linked
    inner join match_day_uses as uses
        on linked.checkin_id = uses.checkin_id
    inner join match_payments as payments
        on linked.equal_payments_id = payments.payment_line_id
    qualify
        uses.product_kind <> 'day 1'
        or row_number() over (
            partition by linked.equal_payments_id
            order by uses.checkin_datetime, uses.checkin_id
        ) <= payments.passes * payments.equal_payments
)

select * from within_count
