-- Grain: one row per adult with two records that are both in use.
with duplicate_records as (
    select * from {{ ref('duplicate_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

people as (
    select * from {{ ref('people') }}
),

action_people as (
    select * from {{ ref('action_people') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

used as (
    select
        people.customer_id,
        people.checkin_count,
        people.last_checkin_date,
    from people
    inner join core_today
        on
            people.last_checkin_date
            between core_today.today - {{ var('action_window_days') }} + 1 and core_today.today
),

sure as (
    select
        person_records.person_id,
        duplicates.*,
        list_filter(
            [
                if(duplicates.is_same_last_name, 'last name', null),
                if(duplicates.is_same_birthday, 'birthday', null),
                if(duplicates.is_same_email, 'e-mail', null),
                if(duplicates.is_same_phone, 'phone', null)
            ],
            lambda sign: sign is not null
        ) as signs,
    from duplicate_records as duplicates
    inner join person_records
        on duplicates.customer_id_1 = person_records.customer_id
    where duplicates.customer_id_1 = person_records.person_id
        and duplicates.same_probability >= {{ var('action_merge_probability') }}
),

both_used as (
    select
        sure.*,
        one.checkin_count as visits_1,
        other.checkin_count as visits_2,
        one.last_checkin_date as last_date_1,
        other.last_checkin_date as last_date_2,
    from sure
    inner join used as one
        on sure.customer_id_1 = one.customer_id
    inner join used as other
        on sure.customer_id_2 = other.customer_id
    qualify row_number() over (partition by sure.person_id order by sure.customer_id_2) = 1
)

select
    'merge_records' as kind,
    person_id as customer_id,
    customer_id_2 as other_customer_id,
    cast(null as varchar) as crew_id,
    cast(least(visits_1, visits_2) as decimal(12, 2)) as order_figure,
    'the same first name, ' || array_to_string(signs, ', ') || '; used ' || visits_1 || ' and '
    || visits_2 || ' times, last on ' || last_date_1 || ' and ' || last_date_2 as reason,
    cast(
        to_json(
            {
                'signs': signs,
                'probability': cast(same_probability as decimal(3, 2)),
                'visits_1': visits_1,
                'visits_2': visits_2,
                'last_date_1': last_date_1,
                'last_date_2': last_date_2
            }
        ) as varchar
    ) as figures,
from both_used
semi join action_people
    on both_used.person_id = action_people.person_id
