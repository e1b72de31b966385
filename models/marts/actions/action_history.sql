-- Grain: one row per date, list and person who was on it or was held out of it by lot.
with action_rows as (
    select * from {{ ref('action_rows') }}
),

actions_today as (
    select * from {{ ref('actions_today') }}
),

days as (
    select * from action_rows
    anti join actions_today
        on action_rows.as_of = actions_today.as_of
    union all by name
    select * from actions_today
)

select
    as_of,
    period_start,
    kind,
    customer_id,
    other_customer_id,
    crew_id,
    arm,
    entry_date,
    held_out_share,
    priority,
    chance,
    value,
    expected_value,
    reason,
    figures,
from days
order by as_of, kind, customer_id
