-- Grain: one row per pair of customers with at least one interaction.
with customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

strength_buckets as (
    select * from {{ ref('strength_buckets') }}
),

pair_affinity as (
    select * from {{ ref('pair_affinity') }}
),

-- one pass with a counter for each type: to collect the types in lists and maps takes eight times
-- the time; a type without a counter fails the test of the sum
counted as (
    select
        customer_id_1,
        customer_id_2,
        count(*) filter (where interaction_type = 'family_membership') as family_memberships,
        count(*) filter (where interaction_type = 'frequent_guest') as frequent_guests,
        count(*) filter (where interaction_type = 'same_day_checkin') as same_day_checkins,
        count(*) filter (where interaction_type = 'same_purchase_group') as same_purchase_groups,
        count(*) filter (where interaction_type = 'shared_pass') as shared_passes,
        -- most guests of a party do not know each other
        count(*) filter (
            where case
                when interaction_type = 'same_purchase_group'
                    then cast(metadata ->> 'group_size' as integer)
            end <= {{ var('known_tie_group_size') }}
        ) as small_purchase_groups,
        min(interaction_date) as first_interaction_date,
        max(interaction_date) as last_interaction_date,
    from customer_interactions
    group by customer_id_1, customer_id_2
),

named as (
    select
        *,
        family_memberships + frequent_guests + same_day_checkins + same_purchase_groups
        + shared_passes as interaction_count,
        case when family_memberships > 0 then 'family_membership' end as family_membership,
        case when frequent_guests > 0 then 'frequent_guest' end as frequent_guest,
        case when same_day_checkins > 0 then 'same_day_checkin' end as same_day_checkin,
        case when same_purchase_groups > 0 then 'same_purchase_group' end as same_purchase_group,
        case when shared_passes > 0 then 'shared_pass' end as shared_pass,
    from counted
),

pairs as (
    select
        *,
        concat_ws(
            ',',
            family_membership, frequent_guest, same_day_checkin, same_purchase_group, shared_pass
        ) as interaction_types,
        -- known ties; a meeting is none
        nullif(
            concat_ws(
                ',', family_membership, frequent_guest, same_purchase_group, shared_pass
            ),
            ''
        ) as known_ties,
        family_memberships + frequent_guests + shared_passes + small_purchase_groups > 0
        or same_purchase_groups > 1 as known_tie,
        concat_ws(
            ',',
            '"family_membership":' || nullif(family_memberships, 0),
            '"frequent_guest":' || nullif(frequent_guests, 0),
            '"same_day_checkin":' || nullif(same_day_checkins, 0),
            '"same_purchase_group":' || nullif(same_purchase_groups, 0),
            '"shared_pass":' || nullif(shared_passes, 0)
        ) as type_counts,
    from named
),

-- few counts occur, so each finds its bucket once
scores as (
    select
        counts.interaction_count,
        strength_buckets.strength_score,
    from (select distinct interaction_count from named) as counts
    left join strength_buckets
        on
            counts.interaction_count >= strength_buckets.min_interactions
            and counts.interaction_count <= coalesce(
                strength_buckets.max_interactions, counts.interaction_count
            )
),

connections as (
    select
        pairs.customer_id_1,
        pairs.customer_id_2,
        pairs.interaction_count,
        scores.strength_score,
        pairs.first_interaction_date,
        pairs.last_interaction_date,
        pairs.interaction_types,
        -- numbers and dates need no escaping
        '{"type_counts":{' || pairs.type_counts
        || '},"first_date":"' || pairs.first_interaction_date
        || '","last_date":"' || pairs.last_interaction_date || '"}' as metadata,
        coalesce(pair_affinity.together_count, 0) as together_count,
        pair_affinity.expected_by_habit,
        pair_affinity.expected_by_crowd,
        pair_affinity.expected_by_chance,
        pair_affinity.closeness,
        pair_affinity.closest_gap_minutes,
        pair_affinity.times_more_than_chance,
        pair_affinity.affinity_bits,
        pair_affinity.tie_probability,
        coalesce(pair_affinity.affinity_level, 'too_few') as affinity_level,
        pairs.known_ties,
        pairs.known_tie,
    from pairs
    left join scores on pairs.interaction_count = scores.interaction_count
    left join pair_affinity
        on
            pairs.customer_id_1 = pair_affinity.customer_id_1
            and pairs.customer_id_2 = pair_affinity.customer_id_2
)

select * from connections
order by customer_id_1, customer_id_2
