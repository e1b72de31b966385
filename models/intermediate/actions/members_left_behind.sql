-- Grain: one row per adult member whose closest partner has just turned out to have left.
with partner_losses as (
    select * from {{ ref('partner_losses') }}
    where not is_household and lapse_date is null
),

lapse_spells as (
    select * from {{ ref('lapse_spells') }}
),

partner_meetings as (
    select * from {{ ref('partner_meetings') }}
),

action_people as (
    select * from {{ ref('action_people') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

-- that somebody has left shows some weeks after the last day
left_lately as (
    select
        lapse_spells.customer_id,
        lapse_spells.lapse_date,
        max(lapse_spells.known_date) as known_date,
    from lapse_spells
    inner join core_today
        on
            lapse_spells.known_date
            between core_today.today - {{ var('action_recent_days') }} + 1 and core_today.today
    semi join action_people
        on lapse_spells.customer_id = action_people.person_id
    where lapse_spells.returned_date is null
    group by lapse_spells.customer_id, lapse_spells.lapse_date
),

losses as (
    select
        partner_losses.customer_id,
        partner_losses.partner_id,
        partner_losses.lost_date,
        left_lately.known_date,
    from partner_losses
    inner join left_lately
        on
            partner_losses.partner_id = left_lately.customer_id
            and partner_losses.lost_date = left_lately.lapse_date
    inner join action_people
        on partner_losses.customer_id = action_people.person_id
    where action_people.is_member
    qualify
        row_number() over (
            partition by partner_losses.customer_id
            order by partner_losses.lost_date desc, partner_losses.partner_id
        ) = 1
),

met as (
    select
        losses.customer_id,
        count(*) as meetings,
    from losses
    inner join partner_meetings
        on
            losses.customer_id = partner_meetings.customer_id
            and losses.partner_id = partner_meetings.companion_id
            and partner_meetings.checkin_date
            between losses.lost_date - {{ var('partner_window_days') }} and losses.lost_date - 1
    group by losses.customer_id
)

select
    'partner_left' as kind,
    losses.customer_id,
    losses.partner_id as other_customer_id,
    cast(null as varchar) as crew_id,
    cast(met.meetings as decimal(12, 2)) as order_figure,
    'met this partner on ' || met.meetings || ' days of the {{ var("partner_window_days") }}'
    || ' before ' || losses.lost_date || ', when the partner left; known since '
    || losses.known_date as reason,
    cast(
        to_json(
            {
                'meetings': met.meetings,
                'window_days': {{ var('partner_window_days') }},
                'lost_date': losses.lost_date,
                'known_date': losses.known_date
            }
        ) as varchar
    ) as figures,
from losses
inner join met
    on losses.customer_id = met.customer_id
