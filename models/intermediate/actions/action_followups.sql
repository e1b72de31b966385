{{ config(materialized='table') }}
-- Grain: one row per list and person, at the first time of being on it or held out of it.
-- Long: an outcome for each list, so that all are counted alike.
with action_rows as (
    select * from {{ ref('action_rows') }}
),

action_kinds as (
    select * from {{ ref('action_kinds') }}
    where is_held_out
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

lapses as (
    select * from {{ ref('lapses') }}
),

guest_journeys as (
    select * from {{ ref('guest_journeys') }}
),

meetings as (
    select * from {{ ref('meetings') }}
),

crew_members as (
    select * from {{ ref('crew_members') }}
),

first_times as (
    select
        action_rows.kind,
        action_rows.customer_id,
        arg_min(action_rows.arm, action_rows.as_of) as arm,
        arg_min(action_rows.crew_id, action_rows.as_of) as crew_id,
        arg_min(action_rows.held_out_share, action_rows.as_of) as held_out_share,
        min(action_rows.as_of) as entry_date,
    from action_rows
    inner join action_kinds
        on action_rows.kind = action_kinds.kind
    group by action_rows.kind, action_rows.customer_id
),

-- who was drawn at other odds is another comparison
entries as (
    select * from first_times
    where held_out_share = cast({{ var('action_holdout_share') }} as decimal(5, 4))
),

records as (
    select
        entries.kind,
        entries.customer_id,
        coalesce(person_records.customer_id, entries.customer_id) as record_id,
        entries.crew_id,
        entries.entry_date,
    from entries
    left join person_records
        on entries.customer_id = person_records.person_id
),

-- a tie is so many meetings with one member
crew_days as (
    select
        records.customer_id,
        meetings.meeting_date,
        row_number() over (
            partition by records.customer_id, crew_members.customer_id
            order by meetings.meeting_date
        ) as meeting_number,
    from records
    inner join meetings
        on
            records.record_id in (meetings.customer_id_1, meetings.customer_id_2)
            and records.entry_date < meetings.meeting_date
    inner join crew_members
        on
            records.crew_id = crew_members.crew_id
            and crew_members.customer_id in (meetings.customer_id_1, meetings.customer_id_2)
            and records.record_id != crew_members.customer_id
    where records.kind = 'introduce_newcomer'
),

dated as (
    select
        'invite_guest' as kind,
        customer_id as record_id,
        start_date as outcome_date,
    from core_membership_people
    union all
    select
        'call_slipping',
        customer_id,
        checkin_date,
    from core_checkins
    union all
    select
        'thank_host',
        host_customer_id,
        first_visit_date,
    from guest_journeys
    union all
    select
        'partner_left',
        customer_id,
        -- by then nobody could have known of a lapse of before
        known_date,
    from lapses
),

happened as (
    select
        records.kind,
        records.customer_id,
        dated.outcome_date,
    from records
    inner join dated
        on
            records.kind = dated.kind
            and records.record_id = dated.record_id
    union all
    select
        'introduce_newcomer',
        customer_id,
        meeting_date,
    from crew_days
    where meeting_number = greatest({{ var('crew_min_meetings') }}, 1)
),

outcomes as (
    select
        entries.kind,
        entries.customer_id,
        min(happened.outcome_date) as outcome_date,
    from entries
    inner join happened
        on
            entries.kind = happened.kind
            and entries.customer_id = happened.customer_id
            and entries.entry_date < happened.outcome_date
    group by entries.kind, entries.customer_id
),

-- an exact number of days for which everybody could be seen
seen as (
    select least(max(core_checkins.checkin_date), any_value(core_today.today)) as last_date
    from core_checkins
    cross join core_today
)

select
    entries.kind,
    entries.customer_id,
    entries.arm,
    entries.entry_date,
    greatest(seen.last_date - entries.entry_date, 0) as observed_days,
    case
        when outcomes.outcome_date <= seen.last_date
            then outcomes.outcome_date - entries.entry_date
    end as days_to_outcome,
from entries
cross join seen
left join outcomes
    on
        entries.kind = outcomes.kind
        and entries.customer_id = outcomes.customer_id
