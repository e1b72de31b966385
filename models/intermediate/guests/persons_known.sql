-- Grain: one row per person.
with people as (
    select * from {{ ref('people') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

-- a membership whose start is not known may have begun before any visit
memberships as (
    select
        customer_id,
        min(coalesce(start_date, '-infinity')) as membership_date,
    from core_membership_people
    group by customer_id
),

-- a child by any of the records, an adult by one of them, else not known to be an adult
persons as (
    select
        coalesce(person_records.person_id, people.customer_id) as person_id,
        bool_or(people.age_group = 'child') or not bool_or(people.age_group = 'adult') as is_child,
        min(core_customers.created_at) as recorded_at,
        min(memberships.membership_date) as membership_date,
    from people
    left join person_records
        on people.customer_id = person_records.customer_id
    left join core_customers
        on people.customer_id = core_customers.customer_id
    left join memberships
        on people.customer_id = memberships.customer_id
    group by coalesce(person_records.person_id, people.customer_id)
)

select * from persons
