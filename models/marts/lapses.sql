-- Grain: one row per lapse of a person: a membership not renewed, or a regular who stays away.
with lapse_spells as (
    select * from {{ ref('lapse_spells') }}
),

person_visits as (
    select * from {{ ref('person_visits') }}
),

lapses as (
    select
        lapse_spells.customer_id,
        lapse_spells.lapse_date,
        lapse_spells.kind,
        lapse_spells.known_date,
        max(person_visits.checkin_date) as last_visit_date,
        lapse_spells.returned_date,
    from lapse_spells
    left join person_visits
        on
            lapse_spells.customer_id = person_visits.customer_id
            and lapse_spells.lapse_date >= person_visits.checkin_date
    where lapse_spells.lapse_date is not null
    group by all
)

select * from lapses
order by customer_id, lapse_date, kind
