-- Grain: one row per customer record.
select
    customer_id,
    email,
    phone,
    first_name,
    last_name,
    preferred_name,
    has_active_membership,
    has_opted_in_to_marketing,
    active_waiver_exists,
    birthday,
    birthday_problem,
    latest_waiver_expiration_date,
    created_at,
from {{ ref('stg_capitan__customers') }}
where row_outcome = 'kept'
