-- Grain: one row per adult regular who slips away.
with slipping_away as (
    select * from {{ ref('slipping_away') }}
),

action_people as (
    select * from {{ ref('action_people') }}
)

select
    'call_slipping' as kind,
    customer_id,
    cast(null as bigint) as other_customer_id,
    cast(null as varchar) as crew_id,
    cast(visits_expected - visits_recent as decimal(12, 2)) as order_figure,
    'came on ' || visits_recent || ' days of the last ' || weeks || ' weeks where '
    || visits_expected || ' were expected, last on ' || last_visit_date
    || coalesce('; counts as lapsed since ' || lapse_date, '') as reason,
    cast(
        to_json(
            {
                'visits': visits_recent,
                'weeks': weeks,
                'visits_expected': visits_expected,
                'last_date': last_visit_date,
                'lapse_date': lapse_date
            }
        ) as varchar
    ) as figures,
from slipping_away
semi join action_people
    on slipping_away.customer_id = action_people.person_id
