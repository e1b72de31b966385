-- Grain: one row per adult who keeps coming on other people's passes and never was a member.
with pass_visits as (
    select * from {{ ref('pass_visits') }}
),

action_people as (
    select * from {{ ref('action_people') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

visits as (
    select
        pass_visits.person_id,
        pass_visits.host_person_id,
        pass_visits.checkin_date,
    from pass_visits
    inner join core_today
        on
            pass_visits.checkin_date
            between core_today.today - {{ var('action_window_days') }} + 1 and core_today.today
    where not pass_visits.is_own_pass
),

guests as (
    select
        person_id,
        count(distinct checkin_date) as days,
        max(checkin_date) as last_date,
    from visits
    group by person_id
    having count(distinct checkin_date) >= {{ var('action_guest_visits') }}
),

hosts as (
    select
        visits.person_id,
        visits.host_person_id,
        count(distinct visits.checkin_date) as host_days,
    from visits
    semi join action_people
        on visits.host_person_id = action_people.person_id
    group by visits.person_id, visits.host_person_id
    qualify
        row_number() over (
            partition by visits.person_id
            order by host_days desc, max(visits.checkin_date) desc, visits.host_person_id
        ) = 1
)

select
    'invite_guest' as kind,
    guests.person_id as customer_id,
    hosts.host_person_id as other_customer_id,
    cast(null as varchar) as crew_id,
    cast(guests.days as decimal(12, 2)) as order_figure,
    'came on ' || guests.days || ' days of the last {{ var("action_window_days") }} on passes of'
    || ' others' || coalesce(', on ' || hosts.host_days || ' of them on those of this host', '')
    || ', last on ' || guests.last_date || '; never a member' as reason,
    cast(
        to_json(
            {
                'days': guests.days,
                'window_days': {{ var('action_window_days') }},
                'host_days': hosts.host_days,
                'last_date': guests.last_date
            }
        ) as varchar
    ) as figures,
from guests
inner join action_people
    on guests.person_id = action_people.person_id
left join hosts
    on guests.person_id = hosts.person_id
where action_people.membership_date is null
