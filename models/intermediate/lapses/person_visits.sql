{{ config(materialized='table') }}
-- Grain: one row per person and local date on which the person came.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

checkins as (
    select
        coalesce(person_records.person_id, core_checkins.customer_id) as customer_id,
        coalesce(core_checkins.location_id, '') as location_id,
        core_checkins.checkin_date,
    from core_checkins
    anti join placeholder_records
        on core_checkins.customer_id = placeholder_records.customer_id
    left join person_records
        on core_checkins.customer_id = person_records.customer_id
),

counts as (
    select
        customer_id,
        location_id,
        count(*) as checkin_count,
    from checkins
    group by customer_id, location_id
),

homes as (
    select
        customer_id,
        arg_min(location_id, (-checkin_count, location_id)) as home_location_id,
    from counts
    group by customer_id
),

visits as (
    select distinct
        checkins.customer_id,
        homes.home_location_id,
        checkins.checkin_date,
    from checkins
    inner join homes
        on checkins.customer_id = homes.customer_id
),

-- on a day without anybody the place was closed: days that are not there count in no gap
days as (
    select
        home_location_id,
        checkin_date,
        row_number() over (partition by home_location_id order by checkin_date) as open_day,
        count(*) over (partition by home_location_id) as open_days,
    from visits
    group by home_location_id, checkin_date
),

numbered as (
    select
        visits.customer_id,
        visits.home_location_id,
        visits.checkin_date,
        days.open_day,
        lead(visits.checkin_date) over own_visits as next_date,
        coalesce(lead(days.open_day) over own_visits, days.open_days) - days.open_day as gap_days,
        count(*) over (
            partition by visits.customer_id
            order by days.open_day
            range between {{ (var('regular_weeks') | int * 7 - 1) | abs }} preceding and current row
        ) >= {{ var('regular_visits') }} as is_regular,
    from visits
    inner join days
        on
            visits.home_location_id = days.home_location_id
            and visits.checkin_date = days.checkin_date
    window own_visits as (partition by visits.customer_id order by visits.checkin_date)
)

select * from numbered
