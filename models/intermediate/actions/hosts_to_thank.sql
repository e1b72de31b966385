-- Grain: one row per host above chance of whose guests one has just become a member.
with host_credit as (
    select * from {{ ref('host_credit') }}
),

guest_journeys as (
    select * from {{ ref('guest_journeys') }}
),

action_people as (
    select * from {{ ref('action_people') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

-- no more than luck brings there are no good hosts
above_luck as (
    select * from host_credit
    where is_above_chance
    qualify count(*) over () > expected_by_luck
),

joined as (
    select
        guest_journeys.host_customer_id,
        max(guest_journeys.membership_date) as last_date,
    from guest_journeys
    inner join core_today
        on
            guest_journeys.membership_date
            between core_today.today - {{ var('action_recent_days') }} + 1 and core_today.today
    group by guest_journeys.host_customer_id
)

select
    'thank_host' as kind,
    above_luck.host_customer_id as customer_id,
    cast(null as bigint) as other_customer_id,
    cast(null as varchar) as crew_id,
    cast(above_luck.shrunk_ratio as decimal(12, 2)) as order_figure,
    above_luck.converted || ' of ' || above_luck.guests || ' guests became members where '
    || above_luck.expected_converted || ' were expected; the last on ' || joined.last_date
        as reason,
    cast(
        to_json(
            {
                'converted': above_luck.converted,
                'guests': above_luck.guests,
                'expected_converted': above_luck.expected_converted,
                'last_date': joined.last_date
            }
        ) as varchar
    ) as figures,
from above_luck
inner join joined
    on above_luck.host_customer_id = joined.host_customer_id
semi join action_people
    on above_luck.host_customer_id = action_people.person_id
