{{ config(parameters=['id', 'min_strength := 1']) }}
-- Grain: one row per customer whom this one has met.
select
    other.customer_id as other_customer_id,
    other.full_name as other_name,
    connections.strength_score,
    connections.affinity_level,
    connections.known_ties,
    connections.interaction_count,
    connections.together_count,
    connections.expected_by_chance,
    connections.tie_probability,
    connections.interaction_types,
    connections.first_interaction_date,
    connections.last_interaction_date,
from {{ ref('customer_connections').include(database=false) }} as connections
left join {{ ref('customers').include(database=false) }} as other
    on
        other.customer_id
        = case
            when connections.customer_id_1 = cast(id as bigint) then connections.customer_id_2
            else connections.customer_id_1
        end
where
    cast(id as bigint) in (connections.customer_id_1, connections.customer_id_2)
    and connections.strength_score >= min_strength
order by
    connections.strength_score desc,
    connections.interaction_count desc,
    other.customer_id
