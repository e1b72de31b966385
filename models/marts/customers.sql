-- Grain: one row per customer, with or without a customer record.
with int_people_aged as (
    select * from {{ ref('int_people_aged') }}
),

int_placeholder_customers as (
    select * from {{ ref('int_placeholder_customers') }}
),

customers as (
    select
        int_people_aged.customer_id,
        int_people_aged.full_name,
        int_people_aged.age_group != 'adult' as is_child,
        int_people_aged.first_checkin_date,
        int_people_aged.last_checkin_date,
        int_people_aged.checkin_count,
        int_people_aged.age_group,
        int_placeholder_customers.customer_id is not null as is_placeholder,
    from int_people_aged
    left join int_placeholder_customers
        on int_people_aged.customer_id = int_placeholder_customers.customer_id
)

select * from customers
order by customer_id
