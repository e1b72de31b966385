{{ config(materialized='table') }}
-- Grain: one row per person whose first visit was as a guest, on a pass or free.
with first_visits as (
    select * from {{ ref('first_visits') }}
),

pass_visits as (
    select * from {{ ref('pass_visits') }}
),

persons_known as (
    select * from {{ ref('persons_known') }}
),

own_passes as (
    select
        pass_visits.person_id,
        min(pass_visits.checkin_date) as own_pass_date,
    from pass_visits
    inner join first_visits
        on
            pass_visits.person_id = first_visits.person_id
            and pass_visits.checkin_date > first_visits.first_visit_date
    where pass_visits.is_own_pass
    group by pass_visits.person_id
),

-- Who was a member before is no guest, nor is whose record is older than the exports, which do not
-- show the visits of before. A newcomer signs the waiver some time ahead.
newcomers as (
    select
        first_visits.*,
        persons.is_child,
        -- what lies ahead has not happened
        case
            when persons.membership_date <= first_visits.last_exported_date
                then persons.membership_date
        end as membership_date,
    from first_visits
    inner join persons_known as persons
        on first_visits.person_id = persons.person_id
    where first_visits.entry_kind in ('entry_pass', 'guest_pass', 'free', 'event')
        and coalesce(persons.membership_date >= first_visits.first_visit_date, true)
        and coalesce(
            persons.recorded_at
            >= first_visits.first_exported_date - {{ var('guest_record_days') }},
            true
        )
),

guests as (
    select
        newcomers.person_id as customer_id,
        case
            when newcomers.entry_kind = 'guest_pass' then 'guest_pass'
            when newcomers.entry_kind != 'entry_pass' then 'free_or_event'
            when pass_visits.is_own_pass then 'day_pass'
            else 'shared_pass'
        end as entry_kind,
        pass_visits.host_person_id as host_customer_id,
        pass_visits.host_confidence,
        coalesce(pass_visits.party_size, 1) as party_size,
        cast(quarter(newcomers.first_visit_date) as integer) as season,
        newcomers.visits_after_first,
        newcomers.is_child,
        newcomers.first_visit_date,
        newcomers.second_visit_date,
        own_passes.own_pass_date,
        newcomers.membership_date,
        newcomers.second_visit_date - newcomers.first_visit_date as days_to_second_visit,
        own_passes.own_pass_date - newcomers.first_visit_date as days_to_own_pass,
        newcomers.membership_date - newcomers.first_visit_date as days_to_membership,
        newcomers.last_exported_date - newcomers.first_visit_date as observed_days,
    from newcomers
    left join pass_visits
        on newcomers.checkin_id = pass_visits.checkin_id
    left join own_passes
        on newcomers.person_id = own_passes.person_id
)

select * from guests
