{{ config(materialized='table') }}
-- Grain: one row per customer, location and local date on which the customer came there.
with arrivals as (
    select * from {{ ref('arrivals') }}
    where crowd is null
),

locations as (
    select
        location_id,
        cast(row_number() over (order by location_id) as integer) as location_number,
    from arrivals
    group by location_id
),

visit_days as (
    select
        arrivals.customer_id,
        arrivals.person_id,
        locations.location_id,
        locations.location_number,
        min(arrivals.location_name) as location_name,
        arrivals.checkin_date,
        min(arrivals.arrived_us) as first_arrival_us,
        max(arrivals.arrived_us) as last_arrival_us,
        list(arrivals.arrived_us order by arrivals.arrived_us) as arrivals_us,
    from arrivals
    inner join locations
        on arrivals.location_id = locations.location_id
    group by
        arrivals.customer_id,
        arrivals.person_id,
        locations.location_id,
        locations.location_number,
        arrivals.checkin_date
)

select * from visit_days
order by checkin_date, location_number, first_arrival_us, customer_id
