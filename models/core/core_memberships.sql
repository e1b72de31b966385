-- Grain: one row per membership instance.
select
    membership_id,
    membership_type_id,
    owner_customer_id,
    membership_name,
    size,
    status,
    billing_interval,
    frequency,
    billing_amount,
    membership_owner_age,
    start_date,
    end_date,
from {{ ref('stg_capitan__memberships') }}
where row_outcome = 'kept'
