-- Grain: one row per customer, with or without a customer record.
with int_people as (
    select * from {{ ref('int_people') }}
),

int_duplicate_customers as (
    select * from {{ ref('int_duplicate_customers') }}
),

int_today as (
    select * from {{ ref('int_today') }}
),

-- where nothing says which day it is, nobody is grown up
aged as (
    select
        int_people.*,
        case
            when int_people.birthday is null then int_people.had_youth_pass
            else coalesce(
                int_people.birthday + to_years({{ var('adult_age_years') }}) > int_today.today,
                true
            )
        end as is_young,
    from int_people
    left join int_today on true
),

-- a second record of a child, made without the birthday, is a child as well
seconds as (
    select
        record.customer_id,
        bool_or(other.is_young) as is_of_a_child,
    from int_duplicate_customers as duplicates
    inner join aged as record
        on record.customer_id in (duplicates.customer_id_1, duplicates.customer_id_2)
    inner join aged as other
        on
            other.customer_id in (duplicates.customer_id_1, duplicates.customer_id_2)
            and record.customer_id != other.customer_id
    where record.birthday is null
    group by record.customer_id
),

judged as (
    select
        aged.customer_id,
        aged.full_name,
        aged.names,
        aged.checkin_count,
        aged.is_young or coalesce(seconds.is_of_a_child, false) as is_child,
        aged.first_checkin_date,
        aged.last_checkin_date,
    from aged
    left join seconds
        on aged.customer_id = seconds.customer_id
)

select * from judged
