-- Grain: one row per check-in.
select
    checkin_id,
    customer_id,
    location_id,
    entry_method,
    entry_method_description,
    customer_first_name,
    customer_last_name,
    customer_email,
    location_name,
    free_entry_reason,
    lifetime_checkin_count,
    is_free_entry,
    customer_birthday,
    customer_birthday_problem,
    cast(checkin_datetime as date) as checkin_date,
    checkin_datetime,
    created_at,
from {{ ref('base_capitan__checkins') }}
where row_outcome = 'kept'
