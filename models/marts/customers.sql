-- Grain: one row per customer, with or without a customer record.
with people as (
    select * from {{ ref('people') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

customers as (
    select
        people.customer_id,
        people.full_name,
        people.age_group != 'adult' as is_child,
        people.first_checkin_date,
        people.last_checkin_date,
        people.checkin_count,
        people.age_group,
        placeholder_records.customer_id is not null as is_placeholder,
        coalesce(person_records.person_id, people.customer_id) as person_id,
    from people
    left join placeholder_records
        on people.customer_id = placeholder_records.customer_id
    left join person_records
        on people.customer_id = person_records.customer_id
)

select * from customers
order by customer_id
