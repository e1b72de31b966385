-- Grain: one row per regular whose visits fell more than chance explains, and who is away now.
with regulars_scored as (
    select * from {{ ref('regulars_scored') }}
),

partner_meetings as (
    select * from {{ ref('partner_meetings') }}
),

lapses as (
    select * from {{ ref('lapses') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

slipping as (
    select * from regulars_scored
    where
        p_value < {{ var('slipping_false_alarms') }} / 1000
        and days_away > usual_gap
),

closest_partners as (
    select
        slipping.customer_id,
        meetings.companion_id as closest_partner_id,
    from slipping
    cross join core_today
    inner join partner_meetings as meetings
        on
            slipping.customer_id = meetings.customer_id
            and meetings.checkin_date > core_today.today - {{ var('partner_window_days') }}
    group by slipping.customer_id, meetings.companion_id
    having
        count(*) >= {{ var('partner_min_meetings') }}
        and sum(meetings.excess_units)
        >= cast(1000000 as bigint) * {{ var('partner_min_closeness') }}
    qualify
        row_number() over (
            partition by slipping.customer_id
            order by sum(meetings.excess_units) desc, meetings.companion_id
        ) = 1
),

-- of several that nobody came back from, the last
open_lapses as (
    select
        customer_id,
        max(lapse_date) as lapse_date,
    from lapses
    where returned_date is null
    group by customer_id
)

select
    slipping.customer_id,
    slipping.visits_recent,
    cast(slipping.visits_expected as decimal(9, 1)) as visits_expected,
    cast(ceil(slipping.days / 7) as integer) as weeks,
    slipping.p_value,
    closest_partners.closest_partner_id,
    slipping.last_visit_date,
    open_lapses.lapse_date,
from slipping
left join closest_partners
    on slipping.customer_id = closest_partners.customer_id
left join open_lapses
    on slipping.customer_id = open_lapses.customer_id
order by slipping.customer_id
