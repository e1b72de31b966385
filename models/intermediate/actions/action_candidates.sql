-- Grain: one row per list and person who could be on it, with what that is expected to be worth.
with candidates as (
    select * from {{ ref('invitable_guests') }}
    union all
    select * from {{ ref('newcomers_alone') }}
    union all
    select * from {{ ref('regulars_to_call') }}
    union all
    select * from {{ ref('hosts_to_thank') }}
    union all
    select * from {{ ref('members_left_behind') }}
    union all
    select * from {{ ref('records_to_merge') }}
),

action_kinds as (
    select * from {{ ref('action_kinds') }}
),

action_effects as (
    select * from {{ ref('action_effects') }}
),

-- what was measured last and longest counts instead of the prior
measured as (
    select
        kind,
        greatest(arg_max(gain, (horizon_days, round)), 0) as gain,
    from action_effects
    where gain is not null
    group by kind
),

valued as (
    select
        candidates.*,
        action_kinds.list_order,
        action_kinds.is_held_out,
        cast(coalesce(measured.gain, action_kinds.chance) as decimal(9, 6)) as chance,
        cast({{ by_list('action_values', 'candidates.kind') }} as decimal(12, 2)) as value,
    from candidates
    inner join action_kinds
        on candidates.kind = action_kinds.kind
    left join measured
        on candidates.kind = measured.kind
    where {{ by_list('action_most_a_week', 'candidates.kind') }} > 0
)

select
    *,
    cast(chance * value as decimal(12, 2)) as expected_value,
from valued
