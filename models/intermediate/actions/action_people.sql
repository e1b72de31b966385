{{ config(materialized='table') }}
-- Grain: one row per person who may be on a list: an adult, no desk, nobody of the staff.
with persons_known as (
    select * from {{ ref('persons_known') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

desks as (
    select coalesce(person_records.person_id, placeholder_records.customer_id) as person_id
    from placeholder_records
    left join person_records
        on placeholder_records.customer_id = person_records.customer_id
),

memberships as (
    select
        coalesce(person_records.person_id, members.customer_id) as person_id,
        bool_or(
            members.start_date <= core_today.today
            and coalesce(members.end_date >= core_today.today, true)
        ) as is_member,
        bool_or(
            list_has_any(
                regexp_split_to_array(lower(members.membership_name), '[^\p{L}]+'),
                {{ var('action_staff_words') }}
            )
        ) as is_staff,
    from core_membership_people as members
    cross join core_today
    left join person_records
        on members.customer_id = person_records.customer_id
    group by coalesce(person_records.person_id, members.customer_id)
)

select
    persons_known.person_id,
    persons_known.membership_date,
    coalesce(memberships.is_member, false) as is_member,
from persons_known
left join memberships
    on persons_known.person_id = memberships.person_id
anti join desks
    on persons_known.person_id = desks.person_id
where not persons_known.is_child and not coalesce(memberships.is_staff, false)
