{{ config(materialized='view') }}
-- Grain: one row per customer and other customer with at least one interaction, listed both ways.
with directions as (
    select
        customer_id_1 as customer_id,
        customer_id_2 as partner_customer_id,
        * exclude (customer_id_1, customer_id_2),
    from {{ ref('customer_connections').include(database=false) }}
    union all
    select
        customer_id_2,
        customer_id_1,
        * exclude (customer_id_1, customer_id_2),
    from {{ ref('customer_connections').include(database=false) }}
)

select
    directions.customer_id,
    directions.partner_customer_id,
    partner.full_name as partner_name,
    directions.* exclude (customer_id, partner_customer_id),
from directions
left join {{ ref('customers').include(database=false) }} as partner
    on directions.partner_customer_id = partner.customer_id
