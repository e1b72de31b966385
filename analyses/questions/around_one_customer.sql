-- Whom does one customer climb with?
select
    other_customer_id,
    other_name,
    strength_score,
    affinity_level,
    together_count,
    known_ties,
    last_interaction_date as last_date,
from {{ ref('connections_of').include(database=false) }}(4685036, min_strength := 3)
where known_tie or affinity_level = 'together'
order by together_count desc, other_customer_id
