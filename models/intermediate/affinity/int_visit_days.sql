{{ config(materialized='table') }}
-- Grain: one row per customer, location and local date on which the customer came there.
with int_arrivals as (
    select * from {{ ref('int_arrivals') }}
),

locations as (
    select
        location_id,
        cast(row_number() over (order by location_id) as integer) as location_number,
    from int_arrivals
    group by location_id
),

arrivals as (
    select distinct
        int_arrivals.customer_id,
        int_arrivals.person_id,
        locations.location_id,
        locations.location_number,
        int_arrivals.checkin_date,
        int_arrivals.arrived_us,
    from int_arrivals
    inner join locations
        on int_arrivals.location_id = locations.location_id
),

visit_days as (
    select
        customer_id,
        person_id,
        location_id,
        location_number,
        checkin_date,
        min(arrived_us) as first_us,
        max(arrived_us) as last_us,
        list(arrived_us order by arrived_us) as arrivals_us,
    from arrivals
    group by customer_id, person_id, location_id, location_number, checkin_date
)

select * from visit_days
order by checkin_date, location_number, first_us, customer_id
