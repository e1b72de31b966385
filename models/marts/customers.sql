-- Grain: one row per customer, with or without a customer record.
with int_people_aged as (
    select * from {{ ref('int_people_aged') }}
),

customers as (
    select
        customer_id,
        full_name,
        age_group != 'adult' as is_child,
        first_checkin_date,
        last_checkin_date,
        checkin_count,
        age_group,
    from int_people_aged
)

select * from customers
order by customer_id
