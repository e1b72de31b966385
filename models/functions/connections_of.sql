{{ config(parameters=['id', 'min_strength := 1']) }}
-- Grain: one row per customer whom this one has met.
with connections as (
    select
        *,
        customer_id_1 + customer_id_2 - cast(id as bigint) as other_customer_id,
    from {{ ref('customer_connections').include(database=false) }}
    where cast(id as bigint) in (customer_id_1, customer_id_2)
)

select
    connections.other_customer_id,
    other.full_name as other_name,
    connections.strength_score,
    connections.affinity_level,
    connections.known_ties,
    connections.known_tie,
    connections.interaction_count,
    connections.together_count,
    connections.expected_by_chance,
    connections.tie_probability,
    connections.interaction_types,
    connections.first_interaction_date,
    connections.last_interaction_date,
from connections
left join {{ ref('customers').include(database=false) }} as other
    on connections.other_customer_id = other.customer_id
where connections.strength_score >= min_strength
order by
    connections.strength_score desc,
    connections.interaction_count desc,
    connections.other_customer_id
