-- Grain: one row per customer_id that is no person's.
with placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

people as (
    select * from {{ ref('people') }}
),

placeholders as (
    select
        placeholder_records.customer_id,
        people.full_name,
        placeholder_records.reason,
        people.checkin_count,
        people.last_checkin_date,
    from placeholder_records
    inner join people
        on placeholder_records.customer_id = people.customer_id
)

select * from placeholders
order by customer_id
