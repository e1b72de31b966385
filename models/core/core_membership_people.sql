-- Grain: one row per person on a membership.
select
    member_id,
    membership_type_id,
    customer_id,
    member_first_name,
    member_last_name,
    membership_name,
    size,
    status,
    billing_interval,
    frequency,
    billing_amount,
    is_individually_frozen,
    start_date,
    end_date,
from {{ ref('stg_capitan__membership_people') }}
where row_outcome = 'kept'
