-- Grain: one row per figure of the report on lists of people to speak to.
with actions_today as (
    select * from {{ ref('actions_today') }}
),

action_list as (
    select * from {{ ref('action_list') }}
),

action_days as (
    select * from {{ ref('action_days') }}
),

action_kinds as (
    select * from {{ ref('action_kinds') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

children_without_guardian as (
    select * from {{ ref('children_without_guardian') }}
),

listed as (
    select
        kind,
        count(*) as people,
    from action_list
    group by kind
),

held_out as (
    select
        kind,
        count(*) as people,
    from actions_today
    where arm = 'held out'
    group by kind
),

figures as (
    select
        13 as section_number,
        'lists of this week' as section,
        action_kinds.kind as metric,
        coalesce(listed.people, 0) as value,
        cast(null as bigint) as share_of,
        case
            when action_kinds.is_held_out
                then 'and ' || coalesce(held_out.people, 0) || ' kept off by lot'
        end as note,
    from action_kinds
    left join listed
        on action_kinds.kind = listed.kind
    left join held_out
        on action_kinds.kind = held_out.kind
    union all
    select
        13, 'lists of this week', 'days remembered before', count(action_days.as_of), null,
        case
            when count(action_days.as_of) = 0 then 'a new start: nobody counts as listed before'
            when any_value(core_today.today) < max(action_days.as_of)
                then 'the newest is ' || max(action_days.as_of) || ': this day is not remembered'
        end
    from action_days
    left join core_today on true
    union all
    select
        13, 'lists of this week', 'children without a reachable guardian', count(*), null, null
    from children_without_guardian
    where {{ var('list_guardians') }}
    having {{ var('list_guardians') }}
)

select * from figures
