-- Grain: one row per stated relation from one customer to another.
select
    customer_id,
    related_customer_id,
    relationship,
    related_customer_first_name,
    related_customer_last_name,
    created_at,
from {{ ref('stg_capitan__relations') }}
where row_outcome = 'kept'
