-- Grain: one row per purchaser group, payer and name that may stand on its payment.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_decisions as (
    select * from {{ ref('match_decisions') }}
),

match_name_weights as (
    select * from {{ ref('match_name_weights') }}
),

customer_relatives as (
    select * from {{ ref('customer_relatives') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

match_word_weights as (
    select * from {{ ref('match_word_weights') }}
),

purchasers as (
    select
        decided.purchaser_group_id,
        decided.customer_id,
    from match_decisions as decided
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
    inner join customer_relatives as relatives
        on purchasers.customer_id = relatives.customer_id
),

payer_names as (
    select
        payers.purchaser_group_id,
        name_candidates.written_name as payment_name,
        name_candidates.name_weight,
        cast(payers.payer_weight as double) as payer_weight,
    from payers
    inner join match_name_weights as name_candidates
        on payers.customer_id = name_candidates.customer_id
    where 'mismatch' not in (
            name_candidates.first_name_agreement, name_candidates.last_name_agreement
        )
    union all
    select
        purchasers.purchaser_group_id,
        payment_names.written_name,
        word_levels.weight,
        {{ match_parameter('link_same_last_weight') }},
    from purchasers
    inner join customer_names as customer_names
        on
            purchasers.customer_id = customer_names.customer_id
            and customer_names.first_form = 'first'
            and customer_names.last_form = 'full'
    inner join match_name_readings as payment_names
        on
            customer_names.last_name = payment_names.last_name
            and payment_names.is_on_payment
            and payment_names.reading in ('plain', 'long_last')
    inner join match_word_weights as word_levels
        on
            payment_names.last_name = word_levels.written_word
            and word_levels.name_field = 'last'
            and word_levels.level = 'exact'
)

select * from payer_names
