{{ config(parameters=['a', 'b']) }}
-- Grain: one row per interaction of the two customers.
select
    interaction_id,
    interaction_date,
    interaction_type,
    metadata,
from {{ ref('customer_interactions').include(database=false) }}
where
    customer_id_1 = least(cast(a as bigint), cast(b as bigint))
    and customer_id_2 = greatest(cast(a as bigint), cast(b as bigint))
order by interaction_date, interaction_type
