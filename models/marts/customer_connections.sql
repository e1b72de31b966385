-- Grain: one row per pair of customers with at least one interaction.
with customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

strength_buckets as (
    select * from {{ ref('strength_buckets') }}
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
    from pairs
    left join strength_buckets
        on
            pairs.interaction_count >= strength_buckets.min_interactions
            and pairs.interaction_count <= coalesce(
                strength_buckets.max_interactions, pairs.interaction_count
            )
)

select * from connections
order by customer_id_1, customer_id_2
