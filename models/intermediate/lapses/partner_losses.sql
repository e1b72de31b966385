{{ config(materialized='table') }}
-- Grain: one row per person and lapse of the closest partner while the person was there.
-- Long: a loss is the pair's, and ends by what happens to either of the two.
with lapse_spells as (
    select * from {{ ref('lapse_spells') }}
),

partner_meetings as (
    select * from {{ ref('partner_meetings') }}
),

customer_relatives as (
    select * from {{ ref('customer_relatives') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

memberships as (
    select * from lapse_spells
    where kind = 'membership'
),

-- a member lapses by the membership, anybody else by staying away
spells as (
    select * from memberships
    union all
    select visits.*
    from lapse_spells as visits
    anti join memberships
        on
            visits.customer_id = memberships.customer_id
            and coalesce(visits.lapse_date, visits.observed_until) >= memberships.start_date
            and coalesce(visits.lapse_date, visits.observed_until)
            <= coalesce(memberships.lapse_date, date '9999-12-31')
    where visits.kind = 'visits'
),

lapses as (
    select
        customer_id as partner_id,
        lapse_date as lost_date,
        min(returned_date) as returned_date,
    from spells
    where lapse_date is not null
    group by customer_id, lapse_date
),

-- as of the day before: neither that day nor any later meeting counts
left_behind as (
    select
        meetings.customer_id,
        lapses.lost_date,
    from lapses
    inner join partner_meetings as meetings
        on
            lapses.partner_id = meetings.companion_id
            and meetings.checkin_date
            between lapses.lost_date - {{ var('partner_window_days') }} and lapses.lost_date - 1
    group by meetings.customer_id, lapses.partner_id, lapses.lost_date
    having
        count(*) >= {{ var('partner_min_meetings') }}
        and sum(meetings.excess_units)
        >= cast(1000000 as bigint) * {{ var('partner_min_closeness') }}
),

closest as (
    select
        left_behind.customer_id,
        left_behind.lost_date,
        meetings.companion_id as partner_id,
    -- several partners may leave on one day
    from (select distinct customer_id, lost_date from left_behind) as left_behind
    inner join partner_meetings as meetings
        on
            left_behind.customer_id = meetings.customer_id
            and meetings.checkin_date
            between left_behind.lost_date - {{ var('partner_window_days') }}
            and left_behind.lost_date - 1
    group by left_behind.customer_id, left_behind.lost_date, meetings.companion_id
    having count(*) >= {{ var('partner_min_meetings') }}
    qualify
        row_number() over (
            partition by left_behind.customer_id, left_behind.lost_date
            order by sum(meetings.excess_units) desc, meetings.companion_id
        ) = 1
),

relatives as (
    select distinct
        coalesce(one.person_id, customer_relatives.customer_id) as customer_id,
        coalesce(other.person_id, customer_relatives.relative_customer_id) as partner_id,
    from customer_relatives
    left join person_records as one
        on customer_relatives.customer_id = one.customer_id
    left join person_records as other
        on customer_relatives.relative_customer_id = other.customer_id
),

losses as (
    select
        closest.customer_id,
        closest.partner_id,
        closest.lost_date,
        lapses.returned_date,
        relatives.partner_id is not null as is_household,
        spells.kind,
        spells.start_date,
        spells.lapse_date,
        coalesce(spells.lapse_date, spells.observed_until) as last_date,
    from closest
    inner join lapses
        on
            closest.partner_id = lapses.partner_id
            and closest.lost_date = lapses.lost_date
    inner join spells
        on
            closest.customer_id = spells.customer_id
            and closest.lost_date >= spells.start_date
            and closest.lost_date < coalesce(spells.lapse_date, spells.observed_until)
    left join relatives
        on
            closest.customer_id = relatives.customer_id
            and closest.partner_id = relatives.partner_id
    qualify
        row_number() over (
            partition by closest.customer_id, closest.lost_date
            order by spells.kind, spells.start_date
        ) = 1
)

select
    customer_id,
    partner_id,
    lost_date,
    is_household,
    kind,
    start_date,
    lapse_date,
    -- until the partner is back, or another one is lost
    cast(
        least(
            last_date,
            returned_date - 1,
            lead(lost_date) over (partition by customer_id order by lost_date)
        ) as date
    ) as observed_until,
from losses
