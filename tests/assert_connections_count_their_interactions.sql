-- Every connection has its interactions, every interaction its connection, and the counts agree.
with customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

customer_connections as (
    select * from {{ ref('customer_connections') }}
),

counted as (
    select
        customer_id_1,
        customer_id_2,
        count(*) as interaction_count,
        min(interaction_date) as first_interaction_date,
        max(interaction_date) as last_interaction_date,
    from customer_interactions
    group by customer_id_1, customer_id_2
)

select
    coalesce(counted.customer_id_1, customer_connections.customer_id_1) as customer_id_1,
    coalesce(counted.customer_id_2, customer_connections.customer_id_2) as customer_id_2,
    counted.interaction_count as interactions_found,
    customer_connections.interaction_count as interactions_stated,
from counted
full join customer_connections
    on
        counted.customer_id_1 = customer_connections.customer_id_1
        and counted.customer_id_2 = customer_connections.customer_id_2
where
    counted.interaction_count is distinct from customer_connections.interaction_count
    or counted.first_interaction_date
    is distinct from customer_connections.first_interaction_date
    or counted.last_interaction_date is distinct from customer_connections.last_interaction_date
