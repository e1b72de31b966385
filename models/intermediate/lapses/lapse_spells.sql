{{ config(materialized='table') }}
-- Grain: one row per person, kind and spell of being a member or a regular.
-- Long: the two kinds of spell have one shape, so that all behind reads them alike.
with core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

person_visits as (
    select * from {{ ref('person_visits') }}
),

periods as (
    select
        coalesce(person_records.person_id, people.customer_id) as customer_id,
        people.member_id,
        people.start_date,
        coalesce(people.end_date, date '9999-12-31') as end_date,
    from core_membership_people as people
    inner join core_today
        on people.start_date <= core_today.today
    anti join placeholder_records
        on people.customer_id = placeholder_records.customer_id
    left join person_records
        on people.customer_id = person_records.customer_id
    where coalesce(people.end_date, people.start_date) >= people.start_date
),

-- a renewal is in time up to so many days after the end
renewed as (
    select
        *,
        max(end_date) over (
            partition by customer_id
            order by start_date, end_date, member_id
            rows between unbounded preceding and 1 preceding
        ) >= start_date - {{ var('lapse_days') }} as is_renewal,
    from periods
),

terms as (
    select
        *,
        count(*) filter (where is_renewal is not true) over (
            partition by customer_id order by start_date, end_date, member_id
        ) as spell,
    from renewed
),

ended as (
    select
        customer_id,
        min(start_date) as start_date,
        max(end_date) as last_date,
        cast(max(end_date) + {{ var('lapse_days') }} + 1 as date) as known_date,
    from terms
    group by customer_id, spell
),

memberships as (
    select
        ended.customer_id,
        'membership' as kind,
        ended.start_date,
        ended.last_date,
        case when ended.known_date <= core_today.today then ended.known_date end as known_date,
        core_today.today - {{ var('lapse_days') }} - 1 as observed_until,
        lead(ended.start_date) over (
            partition by ended.customer_id order by ended.start_date
        ) as next_date,
    from ended
    cross join core_today
),

-- Once a regular, until the lapse: were those left out whose visits have become few, a partner's
-- regular weeks would foretell who can lapse.
visits as (
    select
        *,
        bool_or(is_regular) over (partition by customer_id order by checkin_date) as was_regular,
    from person_visits
),

-- only a gap of that length can be a lapse, so only these are compared with the gaps before
stops as (
    select
        long_gaps.customer_id,
        long_gaps.checkin_date,
        any_value(long_gaps.home_location_id) as home_location_id,
        any_value(long_gaps.open_day) + 1 + cast(
            greatest(
                {{ var('lapse_days') }},
                {{ var('lapse_gap_times') }}
                * quantile_cont(before.gap_days, {{ var('lapse_gap_percentile') }} / 100)
            ) as integer
        ) as known_open_day,
    from visits as long_gaps
    inner join person_visits as before
        on
            long_gaps.customer_id = before.customer_id
            and long_gaps.checkin_date > before.checkin_date
    where long_gaps.was_regular and long_gaps.gap_days > {{ var('lapse_days') }}
    group by long_gaps.customer_id, long_gaps.checkin_date
    having known_open_day <= any_value(long_gaps.open_day) + any_value(long_gaps.gap_days)
),

days as (
    select distinct
        home_location_id,
        open_day,
        checkin_date,
    from person_visits
),

known as (
    select
        stops.customer_id,
        stops.checkin_date,
        days.checkin_date as known_date,
    from stops
    inner join days
        on
            stops.home_location_id = days.home_location_id
            and stops.known_open_day = days.open_day
),

spelled as (
    select
        person_visits.*,
        known.known_date,
        count(known.known_date) over (
            partition by person_visits.customer_id
            order by person_visits.checkin_date
            rows between unbounded preceding and 1 preceding
        ) as spell,
    from person_visits
    left join known
        on
            person_visits.customer_id = known.customer_id
            and person_visits.checkin_date = known.checkin_date
),

regulars as (
    select
        customer_id,
        'visits' as kind,
        min(checkin_date) filter (where is_regular) as start_date,
        max(checkin_date) as last_date,
        max(known_date) as known_date,
        max(checkin_date) as observed_until,
        max(next_date) as next_date,
    from spelled
    group by customer_id, spell
    having bool_or(is_regular)
),

spells as (
    select * from memberships
    union all
    select * from regulars
)

select
    customer_id,
    kind,
    start_date,
    case when known_date is not null then last_date end as lapse_date,
    known_date,
    case when known_date is not null and next_date > last_date then next_date end
        as returned_date,
    least(last_date, observed_until) as observed_until,
from spells
