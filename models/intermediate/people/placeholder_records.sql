{{ config(materialized='table') }}
-- Grain: one row per customer_id that is no person's.
with core_customers as (
    select * from {{ ref('core_customers') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

placeholder_names as (
    select * from {{ ref('placeholder_names') }}
),

-- a customer_id without a record is known by its visits
visitors as (
    select
        core_checkins.customer_id,
        concat_ws(' ', customer_first_name, customer_last_name) as full_name,
    from core_checkins
    anti join core_customers
        on core_checkins.customer_id = core_customers.customer_id
    group by all
),

people as (
    select
        customer_id,
        concat_ws(' ', first_name, last_name) as full_name,
    from core_customers
    union all
    select
        customer_id,
        full_name,
    from visitors
),

keyed as (
    select
        customer_id,
        {{ placeholder_name_key('full_name') }} as name_key,
    from people
),

crowded_days as (
    select
        customer_id,
        count(*) // {{ var('placeholder_checkins_a_day') }} as times,
    from core_checkins
    group by customer_id, checkin_date
    having times > 0
),

surnames as (
    select
        customer_id,
        count(distinct lower(customer_last_name)) as surnames,
    from core_checkins
    group by customer_id
),

reasons as (
    select
        customer_id,
        'an id below 1' as reason,
    from people
    where customer_id < 1
    union
    select
        keyed.customer_id,
        placeholder_names.reason,
    from keyed
    inner join placeholder_names
        on keyed.name_key = placeholder_names.name_key
    union
    select
        customer_id,
        'more check-ins a day than one person has' as reason,
    from crowded_days
    group by customer_id
    having sum(times) >= {{ var('placeholder_busy_days') }}
    union
    select
        customer_id,
        'visitors of too many surnames' as reason,
    from surnames
    where surnames > {{ var('placeholder_surnames_at_visits') }}
),

placeholders as (
    select
        customer_id,
        string_agg(reason, ', ' order by reason) as reason,
    from reasons
    group by customer_id
)

select
    placeholders.customer_id,
    min(keyed.name_key) as name_key,
    any_value(placeholders.reason) as reason,
from placeholders
left join keyed
    on placeholders.customer_id = keyed.customer_id
group by placeholders.customer_id
