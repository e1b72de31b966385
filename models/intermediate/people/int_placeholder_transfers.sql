{{ config(materialized='table') }}
-- Grain: one row per check-in on a pass that is from a placeholder, or that a placeholder used.
with int_pass_transfers_parsed as (
    select * from {{ ref('int_pass_transfers_parsed') }}
),

int_placeholder_names as (
    select * from {{ ref('int_placeholder_names') }}
),

int_placeholder_customers as (
    select * from {{ ref('int_placeholder_customers') }}
),

stg_capitan__customers as (
    select * from {{ ref('stg_capitan__customers') }}
),

-- a placeholder may have the name of a person, who then may have bought the pass
names_of_people as (
    select {{ placeholder_name_key("concat_ws(' ', first_name, last_name)") }} as name_key
    from stg_capitan__customers
    anti join int_placeholder_customers
        on stg_capitan__customers.customer_id = int_placeholder_customers.customer_id
),

names as (
    select name_key from int_placeholder_names
    union
    select int_placeholder_customers.name_key
    from int_placeholder_customers
    anti join names_of_people
        on int_placeholder_customers.name_key = names_of_people.name_key
    where int_placeholder_customers.name_key != ''
),

transfers as (
    select checkin_id from int_pass_transfers_parsed
    where
        {{ placeholder_name_key('purchaser_name') }} in (select names.name_key from names)
        or user_customer_id in (
            select placeholders.customer_id from int_placeholder_customers as placeholders
        )
)

select * from transfers
