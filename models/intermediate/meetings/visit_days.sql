{{ config(materialized='table') }}
-- Grain: one row per customer, location and local date on which the customer came there.
with arrivals as (
    select * from {{ ref('arrivals') }}
),

locations as (
    select
        location_id,
        cast(row_number() over (order by location_id) as integer) as location_number,
    from arrivals
    group by location_id
),

moments as (
    select distinct
        arrivals.customer_id,
        arrivals.person_id,
        locations.location_id,
        locations.location_number,
        arrivals.checkin_date,
        arrivals.arrived_us,
    from arrivals
    inner join locations
        on arrivals.location_id = locations.location_id
),

visit_days as (
    select
        customer_id,
        person_id,
        location_id,
        location_number,
        checkin_date,
        min(arrived_us) as first_arrival_us,
        max(arrived_us) as last_arrival_us,
        list(arrived_us order by arrived_us) as arrivals_us,
    from moments
    group by customer_id, person_id, location_id, location_number, checkin_date
)

select * from visit_days
order by checkin_date, location_number, first_arrival_us, customer_id
