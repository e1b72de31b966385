{{ config(materialized='table') }}
-- Grain: one row per check-in on a pass that is from a placeholder, or that a placeholder used.
with core_pass_uses as (
    select * from {{ ref('core_pass_uses') }}
),

placeholder_names as (
    select * from {{ ref('placeholder_names') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

-- a placeholder may have the name of a person, who then may have bought the pass
names_of_people as (
    select {{ placeholder_name_key("concat_ws(' ', first_name, last_name)") }} as name_key
    from core_customers
    anti join placeholder_records
        on core_customers.customer_id = placeholder_records.customer_id
),

names as (
    select name_key from placeholder_names
    union
    select placeholder_records.name_key
    from placeholder_records
    anti join names_of_people
        on placeholder_records.name_key = names_of_people.name_key
    where placeholder_records.name_key != ''
),

transfers as (
    select checkin_id from core_pass_uses
    where
        {{ placeholder_name_key('purchaser_name') }} in (select names.name_key from names)
        or user_customer_id in (
            select placeholders.customer_id from placeholder_records as placeholders
        )
)

select * from transfers
