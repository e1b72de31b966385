-- Each connection lies in its bucket, and each bucket begins where the one before ends.
with strength_buckets as (
    select
        *,
        lag(max_interactions, 1, 0) over (order by strength_score) + 1 as expected_min,
        lead(strength_score) over (order by strength_score) is null as is_last,
    from {{ ref('strength_buckets') }}
),

customer_connections as (
    select * from {{ ref('customer_connections') }}
)

select
    strength_buckets.strength_score,
    customer_connections.interaction_count,
from strength_buckets
left join customer_connections
    on strength_buckets.strength_score = customer_connections.strength_score
where
    strength_buckets.min_interactions is distinct from strength_buckets.expected_min
    or (strength_buckets.max_interactions is null) != strength_buckets.is_last
    or customer_connections.interaction_count < strength_buckets.min_interactions
    or customer_connections.interaction_count > strength_buckets.max_interactions
