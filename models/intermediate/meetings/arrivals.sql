-- Grain: one row per check-in that can be a meeting.
select
    checkin_id,
    customer_id,
    person_id,
    location_id,
    location_name,
    checkin_date,
    arrived_us,
from {{ ref('arrivals_counted') }}
where crowd is null
