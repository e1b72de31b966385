{{ config(parameters=['id', 'min_strength := 1']) }}
-- Grain: one row per customer whom this one has met.
select
    partner_customer_id as other_customer_id,
    partner_name as other_name,
    strength_score,
    affinity_level,
    known_ties,
    known_tie,
    interaction_count,
    together_count,
    expected_by_chance,
    tie_probability,
    interaction_types,
    first_interaction_date,
    last_interaction_date,
from {{ ref('partners').include(database=false) }}
where customer_id = cast(id as bigint) and strength_score >= min_strength
order by strength_score desc, interaction_count desc, other_customer_id
