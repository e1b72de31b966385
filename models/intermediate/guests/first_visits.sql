-- Grain: one row per person who ever checked in.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

visits as (
    select
        coalesce(person_records.person_id, checkins.customer_id) as person_id,
        checkins.checkin_id,
        checkins.entry_kind,
        checkins.checkin_date,
        (checkins.checkin_datetime, checkins.checkin_id) as place_in_time,
    from core_checkins as checkins
    anti join placeholder_records
        on checkins.customer_id = placeholder_records.customer_id
    left join person_records
        on checkins.customer_id = person_records.customer_id
),

first_visits as (
    select
        person_id,
        arg_min(checkin_id, place_in_time) as checkin_id,
        arg_min(entry_kind, place_in_time) as entry_kind,
        list_sort(list(distinct checkin_date)) as visit_dates,
    from visits
    group by person_id
),

exported_dates as (
    select
        min(checkin_date) as first_exported_date,
        max(checkin_date) as last_exported_date,
    from core_checkins
)

select
    person_id,
    checkin_id,
    entry_kind,
    len(visit_dates) - 1 as visits_after_first,
    visit_dates[1] as first_visit_date,
    visit_dates[2] as second_visit_date,
    exported_dates.first_exported_date,
    exported_dates.last_exported_date,
from first_visits
cross join exported_dates
