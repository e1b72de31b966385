-- Grain: one row per name that a customer carries.
with int_people_aged as (
    select * from {{ ref('int_people_aged') }}
),

names as (
    select distinct
        unnest(names) as name,
        age_group,
    from int_people_aged
),

keyed as (
    select
        {{ name_key("concat_ws(' ', name.first_name, name.last_name)") }} as name_key,
        age_group,
    from names
),

carried as (
    select
        name_key,
        bool_or(age_group != 'adult') as is_of_a_child,
        bool_or(age_group = 'adult') as is_of_an_adult,
    from keyed
    where name_key != ''
    group by name_key
)

select * from carried
