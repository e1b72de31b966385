-- Grain: one row per list, round of people and horizon: who was listed beside who was held out.
with action_effects as (
    select * from {{ ref('action_effects') }}
),

action_kinds as (
    select * from {{ ref('action_kinds') }}
)

select
    action_effects.kind,
    action_effects.round,
    cast(action_effects.horizon_days as integer) as horizon_days,
    action_kinds.outcome,
    action_effects.listed,
    action_effects.held_out,
    action_effects.people_needed,
    action_effects.first_entry_date,
    action_effects.last_entry_date,
    action_effects.listed_outcomes,
    action_effects.held_out_outcomes,
    action_effects.listed_share,
    action_effects.held_out_share,
    action_effects.difference,
    action_effects.low,
    action_effects.high,
    action_effects.finding,
from action_effects
inner join action_kinds
    on action_effects.kind = action_kinds.kind
order by action_effects.kind, action_effects.round, action_effects.horizon_days
