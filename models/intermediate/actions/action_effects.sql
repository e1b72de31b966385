-- Grain: one row per list, round of people and horizon: who was listed beside who was held out.
with action_rounds as (
    select * from {{ ref('action_rounds') }}
),

action_power as (
    select * from {{ ref('action_power') }}
),

action_kinds as (
    select * from {{ ref('action_kinds') }}
    where is_held_out
),

action_shares as (
    select * from {{ ref('action_shares') }}
),

horizons as (
    select unnest({{ var('action_horizons') }}) as horizon_days
),

rounds as (
    select
        action_kinds.kind,
        coalesce(action_rounds.round, 1) as round,
        count(*) filter (where action_rounds.arm = 'listed') as listed,
        count(*) filter (where action_rounds.arm = 'held out') as held_out,
        any_value(action_power.people_needed) as people_needed,
        min(action_rounds.entry_date) as first_entry_date,
        max(action_rounds.entry_date) as last_entry_date,
        any_value(action_kinds.is_outcome_good) as is_outcome_good,
    from action_kinds
    inner join action_power
        on action_kinds.kind = action_power.kind
    left join action_rounds
        on action_kinds.kind = action_rounds.kind
    group by action_kinds.kind, coalesce(action_rounds.round, 1)
),

compared as (
    select
        rounds.*,
        horizons.horizon_days,
        listed_arm.outcomes as listed_outcomes,
        held_out_arm.outcomes as held_out_outcomes,
        listed_arm.share as listed_share,
        held_out_arm.share as held_out_share,
        listed_arm.share - held_out_arm.share as difference,
        -- of two intervals, each of which need not be even (Newcombe, method 10)
        sqrt(
            pow(listed_arm.share - listed_arm.low, 2)
            + pow(held_out_arm.high - held_out_arm.share, 2)
        ) as below,
        sqrt(
            pow(listed_arm.high - listed_arm.share, 2)
            + pow(held_out_arm.share - held_out_arm.low, 2)
        ) as above,
    from rounds
    cross join horizons
    left join action_shares as listed_arm
        on
            rounds.kind = listed_arm.kind
            and rounds.round = listed_arm.round
            and horizons.horizon_days = listed_arm.horizon_days
            and listed_arm.arm = 'listed'
    left join action_shares as held_out_arm
        on
            rounds.kind = held_out_arm.kind
            and rounds.round = held_out_arm.round
            and horizons.horizon_days = held_out_arm.horizon_days
            and held_out_arm.arm = 'held out'
),

effects as (
    select
        kind,
        round,
        horizon_days,
        listed,
        held_out,
        people_needed,
        first_entry_date,
        last_entry_date,
        listed_outcomes,
        held_out_outcomes,
        cast(listed_share as decimal(7, 6)) as listed_share,
        cast(held_out_share as decimal(7, 6)) as held_out_share,
        cast(difference as decimal(7, 6)) as difference,
        cast(difference - below as decimal(7, 6)) as low,
        cast(difference + above as decimal(7, 6)) as high,
        cast(if(is_outcome_good, difference, -difference) as decimal(7, 6)) as gain,
    from compared
)

select
    *,
    case
        when people_needed is null then 'nobody is held out'
        when listed + held_out < people_needed or least(listed, held_out) = 0
            then 'too few to say: ' || (listed + held_out) || ' of ' || people_needed || ' people'
        when difference is null
            then 'too early to say: all will have been followed on '
                || cast(last_entry_date + horizon_days as date)
        when low <= 0 and high >= 0 then 'no effect shown'
        when gain > 0 then 'it helped: ' || round(100 * abs(difference)) || ' of 100 more'
        else 'it did harm: ' || round(100 * abs(difference)) || ' of 100'
    end as finding,
from effects
