{{ config(parameters=['text']) }}
-- Grain: one row per customer who fits.
select
    customer_id,
    full_name,
    is_child,
    first_checkin_date,
    last_checkin_date,
    checkin_count,
    is_placeholder,
from {{ ref('customers').include(database=false) }}
where
    cast(customer_id as varchar) = trim(cast(text as varchar))
    -- or as another system calls it
    or customer_id in (
        select source_customers.customer_id
        from {{ ref('source_customers').include(database=false) }} as source_customers
        where source_customers.source_customer_id = trim(cast(text as varchar))
    )
    or contains(
        {{ normalise_letters('full_name') }},
        nullif({{ normalise_letters('trim(cast(text as varchar))') }}, '')
    )
order by full_name, customer_id
