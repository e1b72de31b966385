-- Grain: one row per customer_id that is no person's.
with int_placeholder_customers as (
    select * from {{ ref('int_placeholder_customers') }}
),

int_people_aged as (
    select * from {{ ref('int_people_aged') }}
),

placeholders as (
    select
        int_placeholder_customers.customer_id,
        int_people_aged.full_name,
        int_placeholder_customers.reason,
        int_people_aged.checkin_count,
        int_people_aged.last_checkin_date,
    from int_placeholder_customers
    inner join int_people_aged
        on int_placeholder_customers.customer_id = int_people_aged.customer_id
)

select * from placeholders
order by customer_id
