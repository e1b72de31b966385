{{ config(materialized='table') }}
-- Grain: one row per person and name under which the exports know the person.
with int_people_aged as (
    select * from {{ ref('int_people_aged') }}
),

base_capitan__customers as (
    select * from {{ ref('base_capitan__customers') }}
    where row_outcome in ('superseded', 'conflicting', 'duplicate')
),

stg_capitan__members as (
    select * from {{ ref('stg_capitan__members') }}
),

stg_capitan__relations as (
    select * from {{ ref('stg_capitan__relations') }}
),

-- what rosters, relations and earlier records add to the names of customers and check-ins
also_named as (
    select
        customer_id,
        first_name,
        last_name,
        -- of another person, whose age the record that won does not tell
        row_outcome = 'conflicting' as is_of_another,
    from base_capitan__customers
    union
    select customer_id, member_first_name, member_last_name, false
    from stg_capitan__members
    union
    select related_customer_id, related_customer_first_name, related_customer_last_name, false
    from stg_capitan__relations
),

names as (
    select
        customer_id,
        age_group,
        unnest(names, recursive := true),
    from int_people_aged
    union
    select
        also_named.customer_id,
        -- who has no record is of unknown age
        case
            when int_people_aged.age_group is null or also_named.is_of_another then 'unknown'
            else int_people_aged.age_group
        end as age_group,
        also_named.first_name,
        also_named.last_name,
    from also_named
    left join int_people_aged
        on also_named.customer_id = int_people_aged.customer_id
)

select
    customer_id,
    age_group,
    first_name,
    last_name,
from names
where coalesce(first_name, last_name) is not null
