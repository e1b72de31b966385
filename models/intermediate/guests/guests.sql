{{ config(materialized='table') }}
-- Grain: one row per person whose first visit was as a guest, on a pass or free.
with first_visits as (
    select * from {{ ref('first_visits') }}
),

pass_visits as (
    select * from {{ ref('pass_visits') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

people as (
    select * from {{ ref('people') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

exported_days as (
    select
        min(checkin_date) as first_day,
        max(checkin_date) as last_day,
    from core_checkins
),

-- a child by any of the records, an adult by one of them, else not known to be an adult
persons as (
    select
        coalesce(person_records.person_id, people.customer_id) as person_id,
        bool_or(people.age_group = 'child') or not bool_or(people.age_group = 'adult') as is_child,
        min(core_customers.created_at) as recorded_at,
    from people
    left join person_records
        on people.customer_id = person_records.customer_id
    left join core_customers
        on people.customer_id = core_customers.customer_id
    group by coalesce(person_records.person_id, people.customer_id)
),

-- a membership whose start is not known may have begun before any visit
memberships as (
    select
        coalesce(person_records.person_id, members.customer_id) as person_id,
        min(coalesce(members.start_date, '-infinity')) as membership_date,
    from core_membership_people as members
    left join person_records
        on members.customer_id = person_records.customer_id
    group by coalesce(person_records.person_id, members.customer_id)
),

own_passes as (
    select
        person_id,
        min(checkin_date) as own_pass_date,
    from pass_visits
    where is_own_pass
    group by person_id
),

entered as (
    select
        first_visits.*,
        case
            when first_visits.entry_kind = 'guest_pass' then 'guest_pass'
            when first_visits.entry_kind in ('free', 'event') then 'free_or_event'
            when pass_visits.is_own_pass then 'day_pass'
            else 'shared_pass'
        end as guest_kind,
        pass_visits.host_person_id,
        pass_visits.host_confidence,
        coalesce(pass_visits.party_size, 1) as party_size,
    from first_visits
    left join pass_visits
        on first_visits.checkin_id = pass_visits.checkin_id
    where first_visits.entry_kind in ('entry_pass', 'guest_pass', 'free', 'event')
),

-- Who was a member before, or has a record older than the exports, whose visits nobody sees, is no
-- guest.
guests as (
    select
        entered.person_id as customer_id,
        entered.guest_kind as entry_kind,
        entered.host_person_id as host_customer_id,
        entered.host_confidence,
        entered.party_size,
        cast(quarter(entered.first_visit_date) as integer) as season,
        entered.visits_after_first,
        persons.is_child,
        entered.first_visit_date,
        entered.second_visit_date,
        own_passes.own_pass_date,
        -- what lies ahead has not happened
        case
            when memberships.membership_date <= exported_days.last_day
                then memberships.membership_date
        end as membership_date,
        exported_days.last_day,
    from entered
    cross join exported_days
    inner join persons
        on entered.person_id = persons.person_id
    left join memberships
        on entered.person_id = memberships.person_id
    left join own_passes
        on entered.person_id = own_passes.person_id
    where
        coalesce(memberships.membership_date >= entered.first_visit_date, true)
        and coalesce(persons.recorded_at >= exported_days.first_day, true)
)

select
    * exclude (last_day),
    second_visit_date - first_visit_date as days_to_second_visit,
    own_pass_date - first_visit_date as days_to_own_pass,
    membership_date - first_visit_date as days_to_membership,
    last_day - first_visit_date as observed_days,
from guests
