{{ config(materialized='table') }}
-- Grain: one row per customer, location and local date on which the customer came there.
with stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

locations as (
    select
        location_id,
        cast(row_number() over (order by location_id) as integer) as location_number,
    from stg_capitan__checkins
    where location_id is not null
    group by location_id
),

arrivals as (
    select distinct
        stg_capitan__checkins.customer_id,
        locations.location_id,
        locations.location_number,
        stg_capitan__checkins.checkin_date,
        epoch_us(stg_capitan__checkins.checkin_datetime)
        - epoch_us(cast(stg_capitan__checkins.checkin_date as timestamp)) as arrived_us,
    from stg_capitan__checkins
    inner join locations
        on stg_capitan__checkins.location_id = locations.location_id
),

visit_days as (
    select
        customer_id,
        location_id,
        location_number,
        checkin_date,
        min(arrived_us) as first_us,
        max(arrived_us) as last_us,
        list(arrived_us order by arrived_us) as arrivals_us,
    from arrivals
    group by customer_id, location_id, location_number, checkin_date
)

select * from visit_days
order by checkin_date, location_number, first_us, customer_id
