{{ config(materialized='table') }}
-- Grain: one row per name that a customer carries.
with names_known as (
    select * from {{ ref('names_known') }}
),

keyed as (
    select
        {{ name_key("concat_ws(' ', first_name, last_name)") }} as name_key,
        age_group,
    from names_known
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
