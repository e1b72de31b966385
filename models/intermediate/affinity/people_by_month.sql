{{ config(materialized='table') }}
-- Grain: one row per customer, location and month in which the customer met anybody there.
with pairs_by_month as (
    select * from {{ ref('pairs_by_month') }}
),

sides as (
    select
        unnest([customer_id_1, customer_id_2]) as customer_id,
        location_number,
        month_start,
        together_count,
    from pairs_by_month
),

person_months as (
    select
        customer_id,
        location_number,
        month_start,
        cast(sum(together_count) as bigint) as meeting_count,
    from sides
    group by customer_id, location_number, month_start
),

-- every meeting has two sides
months as (
    select
        *,
        cast(
            sum(meeting_count) over (partition by location_number, month_start) / 2 as bigint
        ) as location_meeting_count,
    from person_months
)

select * from months
