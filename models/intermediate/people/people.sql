-- Grain: one row per customer, with or without a customer record.
with people_recorded as (
    select * from {{ ref('people_recorded') }}
),

age_signs as (
    select * from {{ ref('age_signs') }}
),

duplicate_records as (
    select * from {{ ref('duplicate_records') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

signs as (
    select
        customer_id,
        bool_or(age_group = 'child') as is_signed_child,
        bool_or(age_group = 'adult') as is_signed_adult,
    from age_signs
    group by customer_id
),

-- birthdays decide; without one a sign of a child, then a sign of an adult; else the age is unknown
aged as (
    select
        people_recorded.*,
        case
            when
                people_recorded.birthday + to_years({{ var('adult_age_years') }})
                > core_today.today
                then 'child'
            -- parents write their own birthday into the record of a child
            when people_recorded.birthday_at_visits + to_years({{ var('adult_age_years') }})
                > core_today.today
                then 'child'
            when people_recorded.birthday is not null and core_today.today is not null then 'adult'
            when signs.is_signed_child then 'child'
            when signs.is_signed_adult then 'adult'
            else 'unknown'
        end as age_group,
    from people_recorded
    left join core_today on true
    left join signs
        on people_recorded.customer_id = signs.customer_id
),

records_of_one as (
    select customer_id_1 as customer_id, customer_id_2 as other_id from duplicate_records
    union all
    select customer_id_2, customer_id_1 from duplicate_records
),

-- a second record of a child, made without the birthday, is a child as well
seconds as (
    select
        record.customer_id,
        bool_or(other.age_group = 'child') as is_of_a_child,
    from records_of_one
    inner join aged as record
        on records_of_one.customer_id = record.customer_id
    inner join aged as other
        on records_of_one.other_id = other.customer_id
    where record.birthday is null
        -- a birthday that was typed at a visit only is the parent's
        or (record.birthday = record.birthday_at_visits and other.birthday is not null)
    group by record.customer_id
),

judged as (
    select
        aged.customer_id,
        aged.full_name,
        aged.names,
        if(coalesce(seconds.is_of_a_child, false), 'child', aged.age_group) as age_group,
        aged.birthday_problem,
        aged.checkin_count,
        aged.first_checkin_date,
        aged.last_checkin_date,
    from aged
    left join seconds
        on aged.customer_id = seconds.customer_id
)

select * from judged
