-- Grain: one row per figure of the report on interactions and connections.
with interaction_types as (
    select * from {{ ref('interaction_types') }}
),

customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

strength_buckets as (
    select * from {{ ref('strength_buckets') }}
),

customer_connections as (
    select * from {{ ref('customer_connections') }}
),

strongest_pairs as (
    select * from customer_connections
    order by interaction_count desc, customer_id_1, customer_id_2
    limit 10
),

figures as (
    select
        5 as section_number,
        'interactions' as section,
        interaction_types.interaction_type as metric,
        count(customer_interactions.interaction_id) as value,
        sum(count(customer_interactions.interaction_id)) over () as share_of,
        interaction_types.meaning as note,
    from interaction_types
    left join customer_interactions
        on interaction_types.interaction_type = customer_interactions.interaction_type
    group by interaction_types.interaction_type, interaction_types.meaning
    union all
    select
        5, 'interactions', 'total', count(*), null,
        min(interaction_date) || ' to ' || max(interaction_date)
    from customer_interactions
    union all
    select
        7, 'connections', 'strength ' || strength_buckets.strength_score,
        count(customer_connections.customer_id_1),
        sum(count(customer_connections.customer_id_1)) over (),
        case
            when strength_buckets.max_interactions is null
                then strength_buckets.min_interactions || ' or more interactions'
            when strength_buckets.max_interactions = strength_buckets.min_interactions
                then strength_buckets.min_interactions || ' interaction(s)'
            else format(
                '{} to {} interactions',
                strength_buckets.min_interactions, strength_buckets.max_interactions
            )
        end
    from strength_buckets
    left join customer_connections
        on strength_buckets.strength_score = customer_connections.strength_score
    group by
        strength_buckets.strength_score,
        strength_buckets.min_interactions,
        strength_buckets.max_interactions
    union all
    select 7, 'connections', 'total', count(*), null, null
    from customer_connections
    union all
    select 8, 'affinity', affinity_level, count(*), sum(count(*)) over (), null
    from customer_connections
    group by affinity_level
    union all
    select
        8, 'affinity', 'strength 5, tie probability 0.9 or more',
        count(*) filter (where tie_probability >= {{ var('affinity_together_probability') }}),
        count(*),
        'about this share of the strongest connections is real'
    from customer_connections
    where strength_score = 5
    union all
    select
        9, 'strongest pairs', customer_id_1 || ' and ' || customer_id_2, interaction_count, null,
        interaction_types
    from strongest_pairs
)

select * from figures
