{{ config(materialized='table') }}
-- Grain: one row per person who may be on a list today: the one list that is worth most.
with action_candidates as (
    select * from {{ ref('action_candidates') }}
),

action_rows as (
    select * from {{ ref('action_rows') }}
),

core_today as (
    select
        today,
        cast(date_trunc('week', today) as date) as period_start,
    from {{ ref('core_today') }}
),

-- who is on a list of this week, or held out of it, stays there as long as the reason holds
this_week as (
    select
        action_rows.kind,
        action_rows.customer_id,
        arg_max(action_rows.arm, action_rows.as_of) as arm,
        arg_max(action_rows.entry_date, action_rows.as_of) as entry_date,
    from action_rows
    inner join core_today
        on action_rows.period_start = core_today.period_start
    group by action_rows.kind, action_rows.customer_id
),

quiet as (
    select distinct action_rows.customer_id
    from action_rows
    inner join core_today
        on
            action_rows.as_of > core_today.today - {{ var('action_quiet_days') }}
            or action_rows.period_start = core_today.period_start
),

-- the lot of before holds for the longest horizon
entries as (
    select
        action_rows.kind,
        action_rows.customer_id,
        arg_max(action_rows.arm, action_rows.as_of) as arm,
        max(action_rows.as_of) as entry_date,
    from action_rows
    inner join core_today
        on action_rows.as_of > core_today.today - {{ var('action_horizons') | max }}
    where action_rows.as_of = action_rows.entry_date
    group by action_rows.kind, action_rows.customer_id
)

select
    action_candidates.*,
    core_today.today as as_of,
    core_today.period_start,
    this_week.kind is not null as is_kept,
    coalesce(this_week.arm, entries.arm) as earlier_arm,
    coalesce(this_week.entry_date, entries.entry_date, core_today.today) as entry_date,
from action_candidates
cross join core_today
left join this_week
    on
        action_candidates.kind = this_week.kind
        and action_candidates.customer_id = this_week.customer_id
left join entries
    on
        action_candidates.kind = entries.kind
        and action_candidates.customer_id = entries.customer_id
left join quiet
    on action_candidates.customer_id = quiet.customer_id
where this_week.kind is not null or quiet.customer_id is null
qualify
    row_number() over (
        partition by action_candidates.customer_id
        order by
            is_kept desc,
            action_candidates.expected_value desc,
            action_candidates.list_order
    ) = 1
