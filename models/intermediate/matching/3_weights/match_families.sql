-- Grain: one row per transfer check-in, with what the recipient's family says about any purchaser.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

customer_relatives as (
    select * from {{ ref('customer_relatives') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

match_word_counts as (
    select * from {{ ref('match_word_counts') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

match_word_weights as (
    select * from {{ ref('match_word_weights') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

population as (
    select cast(count(*) as double) as customers from core_customers
),

relative_counts as (
    select relatives.customer_id, count(*) as relatives
    from customer_relatives as relatives
    group by relatives.customer_id
),

last_names as (
    select
        customer_names.customer_id,
        customer_names.last_name,
        population.customers / name_words.customers as rarity,
    from customer_names as customer_names
    inner join match_word_counts as name_words
        on
            customer_names.last_name = name_words.word
            and name_words.name_field = 'last'
    cross join population
    where customer_names.first_form = 'first'
        and customer_names.last_form = 'full'
),

-- A share of the purchasers who are no recorded relatives is family all the same. The share is
-- small where relatives are recorded, and large among purchasers who are not in the table.
shares as (
    select
        events.checkin_id,
        last_names.last_name,
        last_names.rarity,
        coalesce(relative_counts.relatives, 0) as relatives,
        case
            when last_names.last_name is null then 0
            when relative_counts.relatives > 0
                then {{ match_parameter('same_last_share_recorded') }}
            else {{ match_parameter('same_last_share') }}
        end as family_share,
        case
            when last_names.last_name is null then 0
            else {{ match_parameter('same_last_share_absent') }}
        end as absent_family_share,
    from match_groups as events
    left join last_names
        on events.user_customer_id = last_names.customer_id
    left join relative_counts
        on events.user_customer_id = relative_counts.customer_id
),

-- How well the last name that the pass shows agrees with the recipient's.
shown_agreements as (
    select
        purchaser_names.written_name,
        word_levels.known_word as last_name,
        max(word_levels.weight) as weight,
    from match_name_readings as purchaser_names
    inner join match_word_weights as word_levels
        on
            purchaser_names.last_name = word_levels.written_word
            and word_levels.name_field = 'last'
    where purchaser_names.reading in ('plain', 'long_last')
    group by purchaser_names.written_name, word_levels.known_word
),

families as (
    select
        events.checkin_id,
        events.purchaser_group_id,
        events.user_customer_id,
        shares.last_name,
        shares.relatives,
        1 - shares.family_share
        + shares.family_share * {{ match_parameter('same_last_m') }} * coalesce(shares.rarity, 1)
            as same_name_odds,
        1 - shares.family_share * {{ match_parameter('same_last_m') }} as other_name_odds,
        -- A purchaser without a record may be a parent: a shown last name like the recipient's
        -- speaks for "not a customer" as much as for a namesake.
        case
            when shown_agreements.weight is not null
                then
                    1 - shares.absent_family_share
                    + shares.absent_family_share * {{ match_parameter('same_last_m') }}
                    * exp(shown_agreements.weight)
            else 1 - shares.absent_family_share * {{ match_parameter('same_last_m') }}
        end as odds_not_a_customer,
    from match_groups as events
    inner join shares
        on events.checkin_id = shares.checkin_id
    left join shown_agreements
        on
            events.written_name = shown_agreements.written_name
            and shares.last_name = shown_agreements.last_name
)

select * from families
