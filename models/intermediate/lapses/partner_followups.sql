{{ config(materialized='table') }}
-- Grain: one row per loss of a closest partner and clock: from the loss itself, from a pretended
-- one later, and from the loss for a stand-in who did not know the partner.
with partner_losses as (
    select * from {{ ref('partner_losses') }}
),

lapse_spells as (
    select * from {{ ref('lapse_spells') }}
),

partner_meetings as (
    select * from {{ ref('partner_meetings') }}
),

visit_days as (
    select * from {{ ref('visit_days') }}
),

hours as (
    select
        person_id as customer_id,
        cast(median(first_arrival_us) as bigint) // 3600000000 as usual_hour,
    from visit_days
    group by person_id
),

losses as (
    select
        partner_losses.*,
        hours.usual_hour,
    from partner_losses
    inner join hours
        on partner_losses.customer_id = hours.customer_id
),

-- of the same hour and kind and there on that day; the one with the most equal tenure stands in
stand_ins as (
    select
        losses.customer_id as replaced_id,
        losses.is_household,
        losses.lost_date,
        spells.start_date,
        spells.lapse_date,
        coalesce(spells.lapse_date, spells.observed_until) as observed_until,
    from losses
    inner join lapse_spells as spells
        on
            losses.kind = spells.kind
            and losses.customer_id != spells.customer_id
            and losses.partner_id != spells.customer_id
            and losses.lost_date >= spells.start_date
            and losses.lost_date < coalesce(spells.lapse_date, spells.observed_until)
    inner join hours
        on
            spells.customer_id = hours.customer_id
            and losses.usual_hour = hours.usual_hour
    anti join partner_meetings as meetings
        on
            losses.partner_id = meetings.companion_id
            and spells.customer_id = meetings.customer_id
    qualify
        row_number() over (
            partition by losses.customer_id, losses.lost_date
            order by abs(spells.start_date - losses.start_date), spells.customer_id
        ) = 1
),

clocks as (
    select
        'loss' as clock,
        customer_id,
        is_household,
        lost_date as from_date,
        start_date,
        lapse_date,
        observed_until,
    from losses
    union all
    select
        'pretended',
        customer_id,
        is_household,
        cast(lost_date + {{ var('partner_pretended_days') }} as date),
        start_date,
        lapse_date,
        observed_until,
    from losses
    where observed_until > lost_date + {{ var('partner_pretended_days') }}
    union all
    select
        'placebo',
        replaced_id,
        is_household,
        lost_date,
        start_date,
        lapse_date,
        observed_until,
    from stand_ins
)

select
    clock,
    is_household,
    customer_id,
    from_date,
    start_date,
    observed_until,
    lapse_date is not null and lapse_date = observed_until as is_lapse,
from clocks
