-- Grain: one row per new member who comes and has no tie, beside a crew at the same hours.
-- Long: who is alone and who is near are one question about the same visits.
with action_people as (
    select * from {{ ref('action_people') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

visit_days as (
    select * from {{ ref('visit_days') }}
),

customer_connections as (
    select * from {{ ref('customer_connections') }}
),

crews as (
    select * from {{ ref('crews') }}
),

crew_members as (
    select * from {{ ref('crew_members') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

tied as (
    select unnest([customer_id_1, customer_id_2]) as customer_id
    from customer_connections
    where known_tie or affinity_level in ('together', 'maybe')
),

tied_people as (
    select distinct coalesce(person_records.person_id, tied.customer_id) as person_id
    from tied
    left join person_records
        on tied.customer_id = person_records.customer_id
),

newcomers as (
    select
        action_people.person_id,
        action_people.membership_date,
    from action_people
    inner join core_today
        on
            action_people.membership_date
            between core_today.today - {{ var('action_newcomer_days') | max }}
            and core_today.today - {{ var('action_newcomer_days') | min }}
    anti join tied_people
        on action_people.person_id = tied_people.person_id
    where action_people.is_member
),

visits as (
    select
        newcomers.person_id,
        newcomers.membership_date,
        visit_days.location_id,
        visit_days.checkin_date,
        dayname(visit_days.checkin_date) as weekday,
        min(visit_days.first_arrival_us) // 3600000000 as hour,
        count(*) over (partition by newcomers.person_id) as visit_count,
    from newcomers
    inner join visit_days
        on
            newcomers.person_id = visit_days.person_id
            and newcomers.membership_date <= visit_days.checkin_date
    group by
        newcomers.person_id,
        newcomers.membership_date,
        visit_days.location_id,
        visit_days.checkin_date
),

contacts as (
    select
        crew_members.crew_id,
        action_people.person_id as contact_id,
    from crew_members
    left join person_records
        on crew_members.customer_id = person_records.customer_id
    inner join action_people
        on coalesce(person_records.person_id, crew_members.customer_id) = action_people.person_id
    inner join core_today
        on crew_members.last_outing_date > core_today.today - {{ var('action_recent_days') }}
    qualify
        row_number() over (
            partition by crew_members.crew_id
            order by crew_members.outing_count desc, action_people.person_id
        ) = 1
),

-- once is no habit
beside_a_crew as (
    select
        visits.person_id,
        any_value(visits.membership_date) as membership_date,
        any_value(visits.visit_count) as visit_count,
        crews.crew_id,
        any_value(crews.usual_weekday) as weekday,
        any_value(crews.usual_hour) as hour,
        any_value(contacts.contact_id) as contact_id,
        count(*) as shared_visits,
    from visits
    inner join crews
        on
            visits.location_id = crews.usual_location_id
            and visits.weekday = crews.usual_weekday
            and abs(visits.hour - crews.usual_hour) <= 1
    inner join contacts
        on crews.crew_id = contacts.crew_id
    where visits.visit_count >= {{ var('action_newcomer_visits') }}
    group by visits.person_id, crews.crew_id
    having count(*) > 1
    qualify
        row_number() over (
            partition by visits.person_id
            order by shared_visits desc, max(crews.last_outing_date) desc, crews.crew_id
        ) = 1
)

select
    'introduce_newcomer' as kind,
    person_id as customer_id,
    contact_id as other_customer_id,
    crew_id,
    cast(visit_count as decimal(12, 2)) as order_figure,
    'a member since ' || membership_date || ', ' || visit_count || ' visits and no tie; on '
    || shared_visits || ' of them there on ' || weekday || ' about ' || hour
    || ':00, as this crew is' as reason,
    cast(
        to_json(
            {
                'membership_date': membership_date,
                'visits': visit_count,
                'shared_visits': shared_visits,
                'weekday': weekday,
                'hour': hour
            }
        ) as varchar
    ) as figures,
from beside_a_crew
