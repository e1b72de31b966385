{{ config(materialized='table') }}
-- Grain: one row per customer record whose person has several.
with int_duplicate_customers as (
    select * from {{ ref('int_duplicate_customers') }}
),

one_person as (
    select
        0 as ladder_step,
        customer_id_1,
        customer_id_2,
    from int_duplicate_customers
),

-- a third record may be known to be the first's by way of the second only
persons as (
    {{ affinity_components('one_person') }} -- noqa: PRS
)

select
    customer_id,
    component_id as person_id,
from persons
