-- Grain: one row per day that stands in records in place of an unknown birthday.
with core_customers as (
    select * from {{ ref('core_customers') }}
),

placeholder_birthdays as (
    select * from {{ ref('placeholder_birthdays') }}
),

birthdays as (
    select
        birthday,
        count(*) as customers,
        sum(count(*)) over () as all_customers,
    from core_customers
    where birthday is not null
    group by birthday
),

-- what forms and systems write without a birthday: a known day, or a 1 January that far more
-- customers have than were born on one day
placeholders as (
    select birthday
    from placeholder_birthdays
    union
    select birthday
    from birthdays
    where
        month(birthday) = 1
        and day(birthday) = 1
        and customers >= {{ var('placeholder_birthday_min_customers') }}
        and customers >= {{ var('placeholder_birthday_share') }} * all_customers
)

select * from placeholders
