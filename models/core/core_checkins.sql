-- Grain: one row per check-in.
with checkins as (
    {{ core_rows('checkins', [
        'checkin_id', 'customer_id', 'location_id', 'location_name', 'entry_kind', 'entry_method',
        'entry_method_description', 'customer_first_name', 'customer_last_name',
        'customer_birthday', 'customer_birthday_problem', 'checkin_datetime', 'checkin_utc',
        'is_timed', 'pass_name', 'pass_buyer_name', 'pass_buyer_customer_id',
        'pass_remaining_count',
    ]) }}
)

select
    * exclude (checkin_datetime, checkin_utc, is_timed),
    cast(checkin_datetime as date) as checkin_date,
    checkin_datetime,
    coalesce(checkin_utc, {{ utc_of_local('checkin_datetime') }}) as checkin_instant,
    checkin_utc is not null as has_offset,
    -- midnight at the gym is a day without its time as well, whatever offset it was written with
    is_timed and checkin_datetime != cast(checkin_datetime as date) as has_time_of_day,
from checkins
