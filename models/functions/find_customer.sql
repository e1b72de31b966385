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
    or contains(
        lower(strip_accents(full_name)),
        nullif(lower(strip_accents(trim(cast(text as varchar)))), '')
    )
order by full_name, customer_id
