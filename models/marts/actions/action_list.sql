-- Grain: one row per person to speak to this week.
with actions_today as (
    select * from {{ ref('actions_today') }}
),

action_kinds as (
    select * from {{ ref('action_kinds') }}
),

action_people as (
    select * from {{ ref('action_people') }}
),

action_rows as (
    select * from {{ ref('action_rows') }}
),

before as (
    select
        customer_id,
        period_start,
        max(as_of) as as_of,
    from action_rows
    where arm = 'listed'
    group by customer_id, period_start
),

-- a list that is remembered holds no name that must go since
listed as (
    select actions_today.*
    from actions_today
    semi join action_people
        on actions_today.customer_id = action_people.person_id
    where actions_today.arm = 'listed'
),

-- nobody is to speak to them, not by way of another's row either
held_out as (
    select customer_id from actions_today
    where arm = 'held out'
),

last_times as (
    select
        listed.customer_id,
        max(before.as_of) as last_listed_date,
    from listed
    inner join before
        on
            listed.customer_id = before.customer_id
            and listed.period_start > before.period_start
    group by listed.customer_id
)

select
    listed.period_start as week_start,
    listed.as_of,
    cast(row_number() over (order by listed.priority) as integer) as priority,
    listed.kind,
    action_kinds.title,
    listed.customer_id,
    if(held_out.customer_id is null, listed.other_customer_id, null) as other_customer_id,
    listed.crew_id,
    listed.reason,
    action_kinds.what_to_do,
    listed.figures,
    listed.chance,
    listed.value,
    listed.expected_value,
    last_times.last_listed_date,
from listed
inner join action_kinds
    on listed.kind = action_kinds.kind
left join held_out
    on listed.other_customer_id = held_out.customer_id
left join last_times
    on listed.customer_id = last_times.customer_id
order by priority
