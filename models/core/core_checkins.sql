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
    coalesce(checkin_utc, {{ utc_of_local('checkin_datetime') }}) as checkin_instant,
    checkin_utc is not null as has_offset,
    -- midnight at the gym is a day without its time as well, whatever offset it was written with
    is_timed and checkin_datetime != cast(checkin_datetime as date) as has_time_of_day,
    created_at,
from {{ ref('stg_capitan__checkins') }}
where row_outcome = 'kept'
