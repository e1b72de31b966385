-- Grain: one row per customer, with or without a customer record.
with core_customers as (
    select * from {{ ref('core_customers') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

placeholders as (
    select * from {{ ref('made_up_birthdays') }}
),

visits as (
    select
        customer_id,
        customer_first_name,
        customer_last_name,
        nullif(concat_ws(' ', customer_first_name, customer_last_name), '') as full_name,
        customer_birthday,
        customer_birthday_problem,
        checkin_date,
        (checkin_datetime, checkin_id) as place_in_time,
    from core_checkins
),

-- of several birthdays at the visits the latest counts: the safe side is a child
visitors as (
    select
        visits.customer_id,
        arg_max(visits.full_name, visits.place_in_time) as full_name,
        list(distinct {
            'first_name': visits.customer_first_name, 'last_name': visits.customer_last_name
        }) as names,
        count(*) as checkin_count,
        max(visits.customer_birthday) filter (where placeholders.birthday is null) as birthday,
        max(coalesce(
            visits.customer_birthday_problem,
            if(placeholders.birthday is null, null, 'a placeholder')
        )) as birthday_problem,
        min(visits.checkin_date) as first_checkin_date,
        max(visits.checkin_date) as last_checkin_date,
    from visits
    left join placeholders
        on visits.customer_birthday = placeholders.birthday
    group by visits.customer_id
),

records as (
    select
        customers.customer_id,
        nullif(concat_ws(' ', customers.first_name, customers.last_name), '') as full_name,
        [{'first_name': customers.first_name, 'last_name': customers.last_name}]
        || if(
            customers.preferred_name is null,
            [],
            [{'first_name': customers.preferred_name, 'last_name': customers.last_name}]
        ) as names,
        if(placeholders.birthday is null, customers.birthday, null) as birthday,
        coalesce(
            customers.birthday_problem, if(placeholders.birthday is null, null, 'a placeholder')
        ) as birthday_problem,
    from core_customers as customers
    left join placeholders
        on customers.birthday = placeholders.birthday
),

people as (
    select
        coalesce(records.customer_id, visitors.customer_id) as customer_id,
        coalesce(records.full_name, visitors.full_name) as full_name,
        list_distinct(coalesce(records.names, []) || coalesce(visitors.names, [])) as names,
        coalesce(visitors.checkin_count, 0) as checkin_count,
        coalesce(records.birthday, visitors.birthday) as birthday,
        case
            when coalesce(records.birthday, visitors.birthday) is null
                then coalesce(
                    records.birthday_problem, visitors.birthday_problem, 'none is given'
                )
        end as birthday_problem,
        visitors.birthday as birthday_at_visits,
        visitors.first_checkin_date,
        visitors.last_checkin_date,
    from records
    full join visitors
        on records.customer_id = visitors.customer_id
)

select * from people
