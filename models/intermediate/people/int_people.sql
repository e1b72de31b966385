-- Grain: one row per customer, with or without a customer record.
with stg_capitan__customers as (
    select * from {{ ref('stg_capitan__customers') }}
),

stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

visits as (
    select
        customer_id,
        concat_ws(' ', customer_first_name, customer_last_name) as full_name,
        -- the buyer's name behind "from" says nothing about the pass
        {{ match_product_age("regexp_replace(entry_method_description, '(?i)\\sfrom\\s.*', '')") }}
        = 'youth' as is_youth_pass,
        customer_birthday as birthday,
        checkin_date,
        (checkin_datetime, checkin_id) as place_in_time,
    from stg_capitan__checkins
),

visitors as (
    select
        customer_id,
        arg_max(nullif(full_name, ''), place_in_time) as full_name,
        list(distinct full_name) as names,
        count(*) as checkin_count,
        bool_or(is_youth_pass) as had_youth_pass,
        arg_max(birthday, place_in_time) as birthday,
        min(checkin_date) as first_checkin_date,
        max(checkin_date) as last_checkin_date,
    from visits
    group by customer_id
),

people as (
    select
        coalesce(customers.customer_id, visitors.customer_id) as customer_id,
        coalesce(
            nullif(concat_ws(' ', customers.first_name, customers.last_name), ''),
            visitors.full_name
        ) as full_name,
        list_distinct(
            [
                concat_ws(' ', customers.first_name, customers.last_name),
                concat_ws(' ', customers.preferred_name, customers.last_name)
            ]
            || coalesce(visitors.names, [])
        ) as names,
        coalesce(visitors.checkin_count, 0) as checkin_count,
        coalesce(visitors.had_youth_pass, false) as had_youth_pass,
        coalesce(customers.birthday, visitors.birthday) as birthday,
        visitors.first_checkin_date,
        visitors.last_checkin_date,
    from stg_capitan__customers as customers
    full join visitors
        on customers.customer_id = visitors.customer_id
)

select * from people
