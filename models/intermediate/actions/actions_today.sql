{{ config(materialized='table') }}
-- Grain: one row per person who is on a list today, or is held out of one by lot.
with actions_eligible as (
    select * from {{ ref('actions_eligible') }}
),

action_draws as (
    select * from {{ ref('action_draws') }}
),

action_rows as (
    select * from {{ ref('action_rows') }}
),

action_days as (
    select * from {{ ref('action_days') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

-- places of this week that are taken, also by who is off the list again
taken as (
    select
        action_rows.kind,
        count(distinct action_rows.customer_id) as places,
    from action_rows
    inner join core_today
        on action_rows.period_start = date_trunc('week', core_today.today)
    where action_rows.arm = 'listed'
    group by action_rows.kind
),

drawn as (
    select
        actions_eligible.*,
        case
            when not actions_eligible.is_held_out then 'listed'
            when {{ var('action_holdout_share') }} = 0 then 'listed'
            when actions_eligible.earlier_arm is not null then actions_eligible.earlier_arm
            when action_draws.draw < {{ var('action_holdout_share') }} then 'held out'
            else 'listed'
        end as arm,
        {{ by_list('action_most_a_week', 'actions_eligible.kind') }} - coalesce(taken.places, 0)
            as places_left,
    from actions_eligible
    inner join action_draws
        on
            actions_eligible.kind = action_draws.kind
            and actions_eligible.customer_id = action_draws.customer_id
    left join taken
        on actions_eligible.kind = taken.kind
),

-- who is held out counts only as far as the list would have gone
ranked as (
    select
        *,
        coalesce(
            sum(cast(arm = 'listed' and not is_kept as integer)) over (
                partition by kind
                order by expected_value desc, order_figure desc, customer_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as listed_before,
    from drawn
),

made as (
    select
        as_of,
        period_start,
        kind,
        customer_id,
        other_customer_id,
        crew_id,
        arm,
        entry_date,
        cast(if(is_held_out, {{ var('action_holdout_share') }}, 0) as decimal(5, 4))
            as held_out_share,
        row_number() over (
            order by expected_value desc, list_order, order_figure desc, customer_id
        ) as priority,
        chance,
        value,
        expected_value,
        reason,
        figures,
    from ranked
    where is_kept or listed_before < places_left
),

listed_already as (
    select action_days.as_of
    from action_days
    inner join core_today
        on action_days.as_of = core_today.today
    where not action_days.is_trial
)

select made.*
from made
anti join listed_already
    on made.as_of = listed_already.as_of
union all by name
select action_rows.*
from action_rows
semi join listed_already
    on action_rows.as_of = listed_already.as_of
