-- Grain: one row per figure of the report on interactions and connections.
with gym_metrics as (
    select * from {{ ref('gym_metrics') }}
),

interaction_types as (
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
        gym_metrics.value,
        sum(gym_metrics.value) over () as share_of,
        interaction_types.meaning as note,
    from interaction_types
    inner join gym_metrics
        on
            gym_metrics.section = 'interactions by type'
            and interaction_types.interaction_type = gym_metrics.metric
    union all
    select
        5, 'interactions', 'total', value, null,
        (
            select
                min(customer_interactions.interaction_date) || ' to '
                || max(customer_interactions.interaction_date),
            from customer_interactions
        )
    from gym_metrics
    where section = 'totals' and metric = 'interactions'
    union all
    select
        7, 'connections', 'strength ' || strength_buckets.strength_score,
        gym_metrics.value,
        sum(gym_metrics.value) over (),
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
    inner join gym_metrics
        on
            gym_metrics.section = 'connections by strength'
            and cast(strength_buckets.strength_score as varchar) = gym_metrics.metric
    union all
    select 7, 'connections', 'total', value, null, null
    from gym_metrics
    where section = 'totals' and metric = 'connections'
    union all
    select 8, 'affinity', metric, value, sum(value) over (), null
    from gym_metrics
    where section = 'connections by affinity' and value > 0
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
