-- Grain: one row per name that a customer carries.
with int_people_aged as (
    select * from {{ ref('int_people_aged') }}
),

names as (
    select distinct
        unnest(names) as name,
        is_child,
    from int_people_aged
),

keyed as (
    select
        {{ name_key('name') }} as name_key,
        is_child,
    from names
),

carried as (
    select
        name_key,
        bool_or(is_child) as is_of_a_child,
        bool_or(not is_child) as is_of_an_adult,
    from keyed
    where name_key != ''
    group by name_key
)

select * from carried
