-- Grain: one row per pair of customers with at least one interaction.
with customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

strength_buckets as (
    select * from {{ ref('strength_buckets') }}
),

int_pair_affinity as (
    select * from {{ ref('int_pair_affinity') }}
),

typed_counts as (
    select
        customer_id_1,
        customer_id_2,
        interaction_type,
        count(*) as interaction_count,
        min(interaction_date) as first_interaction_date,
        max(interaction_date) as last_interaction_date,
    from customer_interactions
    group by customer_id_1, customer_id_2, interaction_type
),

pairs as (
    select
        customer_id_1,
        customer_id_2,
        cast(sum(interaction_count) as bigint) as interaction_count,
        min(first_interaction_date) as first_interaction_date,
        max(last_interaction_date) as last_interaction_date,
        string_agg(interaction_type, ',' order by interaction_type) as interaction_types,
        -- what the gym knows of the two; having met is no knowledge
        string_agg(interaction_type, ',' order by interaction_type)
            filter (where interaction_type != 'same_day_checkin') as known_ties,
        map_from_entries(
            list((interaction_type, interaction_count) order by interaction_type)
        ) as type_counts,
    from typed_counts
    group by customer_id_1, customer_id_2
),

connections as (
    select
        pairs.customer_id_1,
        pairs.customer_id_2,
        pairs.interaction_count,
        strength_buckets.strength_score,
        pairs.first_interaction_date,
        pairs.last_interaction_date,
        pairs.interaction_types,
        cast(
            json_object(
                'type_counts', pairs.type_counts,
                'first_date', pairs.first_interaction_date,
                'last_date', pairs.last_interaction_date
            ) as varchar
        ) as metadata,
        coalesce(int_pair_affinity.together_count, 0) as together_count,
        int_pair_affinity.expected_by_habit,
        int_pair_affinity.expected_by_crowd,
        int_pair_affinity.expected_by_chance,
        int_pair_affinity.closeness,
        int_pair_affinity.closest_gap_minutes,
        int_pair_affinity.times_more_than_chance,
        int_pair_affinity.affinity_bits,
        int_pair_affinity.tie_probability,
        case
            when pairs.known_ties is not null then 'together'
            else coalesce(int_pair_affinity.affinity_level, 'too_few')
        end as affinity_level,
        pairs.known_ties,
    from pairs
    left join strength_buckets
        on
            pairs.interaction_count >= strength_buckets.min_interactions
            and pairs.interaction_count <= coalesce(
                strength_buckets.max_interactions, pairs.interaction_count
            )
    left join int_pair_affinity
        on
            pairs.customer_id_1 = int_pair_affinity.customer_id_1
            and pairs.customer_id_2 = int_pair_affinity.customer_id_2
)

select * from connections
order by customer_id_1, customer_id_2
