{{ config(materialized='table') }}
-- Grain: one row per list and person at the first time, in the round of people in which it counts.
with action_followups as (
    select * from {{ ref('action_followups') }}
),

action_power as (
    select * from {{ ref('action_power') }}
),

ordered as (
    select
        action_followups.*,
        action_power.people_needed,
        row_number() over (
            partition by action_followups.kind
            order by action_followups.entry_date, action_followups.customer_id
        ) as place,
    from action_followups
    inner join action_power
        on action_followups.kind = action_power.kind
),

rounds as (
    select
        * exclude (place),
        coalesce((place - 1) // people_needed, 0) + 1 as round,
    from ordered
)

select
    *,
    count(*) over (partition by kind, round) as people_in_round,
from rounds
