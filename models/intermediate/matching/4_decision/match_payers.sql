-- Grain: one row per customer who used or bought a pass, and name that may stand on its payment.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_day_uses as (
    select * from {{ ref('match_day_uses') }}
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

buyers as (
    select
        uses.customer_id,
        bool_or(uses.purchaser_group_id is not null) as buys_for_others,
    from match_day_uses as uses
    where uses.customer_id is not null
    group by uses.customer_id
),

-- Whose card it may have been: the buyer's in any of the names on record, a relative's, or that of
-- somebody with the buyer's last name.
payers as (
    select buyers.customer_id, buyers.customer_id as payer_customer_id, 0 as payer_weight
    from buyers
    union all
    select
        buyers.customer_id,
        relatives.relative_customer_id,
        {{ match_parameter('link_relative_weight') }},
    from buyers
    inner join customer_relatives as relatives
        on buyers.customer_id = relatives.customer_id
),

payer_names as (
    select
        payers.customer_id,
        name_candidates.written_name as payment_name,
        name_candidates.name_weight,
        cast(payers.payer_weight as double) as payer_weight,
    from payers
    inner join match_name_weights as name_candidates
        on payers.payer_customer_id = name_candidates.customer_id
    where 'mismatch' not in (
            name_candidates.first_name_agreement, name_candidates.last_name_agreement
        )
    union all
    select
        buyers.customer_id,
        payment_names.written_name,
        word_levels.weight,
        {{ match_parameter('link_same_last_weight') }},
    from buyers
    inner join customer_names as customer_names
        on
            buyers.customer_id = customer_names.customer_id
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
    where buyers.buys_for_others
),

-- A name may be the buyer's own and a relative's; the likelier counts.
likeliest as (
    select * from payer_names
    qualify row_number() over (
        partition by payer_names.customer_id, payer_names.payment_name
        order by
            payer_names.name_weight + payer_names.payer_weight desc,
            payer_names.payer_weight desc
    ) = 1
)

select * from likeliest
