-- Grain: one row per purchaser group, payer and name that may stand on its payment.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
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
        cast(payers.payer_weight as double) as payer_weight,
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
)

select * from payer_names
