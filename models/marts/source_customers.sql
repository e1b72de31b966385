-- Grain: one row per customer record that a dialect read, with the id of its system.
with core_customers as (
    select * from {{ ref('core_customers') }}
),

ids as (
    select
        customer_id,
        source_system,
        source_customer_id,
    from core_customers
    where source_customer_id is not null
)

select * from ids
order by customer_id
