{{ config(materialized='table') }}
-- Grain: one row per person and name under which the exports know the person.
with people as (
    select * from {{ ref('people') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

core_relations as (
    select * from {{ ref('core_relations') }}
),

-- what rosters, relations and earlier records add to the names of customers and check-ins
also_named as (
    -- a name of another person, whose age the record that won does not tell
    select
        customer_id,
        former.first_name,
        former.last_name,
        former.is_of_another,
    from (select customer_id, unnest(former_names) as former from core_customers)
    union
    select customer_id, member_first_name, member_last_name, false
    from core_membership_people
    union
    select related_customer_id, related_customer_first_name, related_customer_last_name, false
    from core_relations
),

names as (
    select
        customer_id,
        age_group,
        unnest(names, recursive := true),
    from people
    union
    select
        also_named.customer_id,
        -- a customer without a record is of unknown age
        case
            when people.age_group is null or also_named.is_of_another then 'unknown'
            else people.age_group
        end as age_group,
        also_named.first_name,
        also_named.last_name,
    from also_named
    left join people
        on also_named.customer_id = people.customer_id
)

select
    customer_id,
    age_group,
    first_name,
    last_name,
from names
where coalesce(first_name, last_name) is not null
