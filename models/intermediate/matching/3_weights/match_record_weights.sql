-- Grain: one row per transfer check-in and candidate, with what the candidate's records say.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_candidates as (
    select * from {{ ref('match_candidates') }}
),

match_chances as (
    select * from {{ ref('match_chances') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

population as (
    select cast(count(*) as double) as customers from core_customers
),

memberships as (
    select distinct candidates.checkin_id, candidates.customer_id
    from match_candidates as candidates
    inner join core_membership_people as members
        on
            candidates.customer_id = members.customer_id
            and candidates.checkin_date >= members.start_date
            and candidates.checkin_date <= coalesce(members.end_date, candidates.checkin_date)
),

activity as (
    select distinct candidates.checkin_id, candidates.customer_id
    from match_candidates as candidates
    inner join core_checkins as checkins
        on
            candidates.customer_id = checkins.customer_id
            and abs(candidates.checkin_date - cast(checkins.checkin_datetime as date))
            between 1 and {{ match_parameter('activity_window_days') }}
),

facts as (
    select
        candidates.checkin_id,
        candidates.customer_id,
        memberships.customer_id is not null as is_member,
        activity.customer_id is not null as is_active,
        cast(
            customers.birthday
            + cast({{ match_parameter('child_age') }} as integer) * interval 1 year as date
        ) > candidates.checkin_date as is_too_young_to_buy,
        cast(customers.created_at as date) > candidates.checkin_date as is_later,
        day_chances.member_customers / population.customers as member_chance,
        day_chances.active_customers / population.customers as active_chance,
        day_chances.child_customers / nullif(day_chances.born_customers, 0) as child_chance,
        day_chances.later_customers / population.customers as later_chance,
    from match_candidates as candidates
    inner join core_customers as customers
        on candidates.customer_id = customers.customer_id
    inner join match_chances as day_chances
        on candidates.checkin_date = day_chances.checkin_date
    cross join population
    left join memberships
        on
            candidates.checkin_id = memberships.checkin_id
            and candidates.customer_id = memberships.customer_id
    left join activity
        on
            candidates.checkin_id = activity.checkin_id
            and candidates.customer_id = activity.customer_id
),

weighed as (
    select
        facts.checkin_id,
        facts.customer_id,
        facts.is_member,
        facts.is_active,
        facts.is_too_young_to_buy,
        facts.is_later,
        {{ match_fact_weight('facts.is_member', 'guest_member_m', 'facts.member_chance') }}
            as member_weight,
        round(
            {{ match_parameter('active_factor') }}
            * {{ match_fact_weight('facts.is_active', 'active_m', 'facts.active_chance') }},
            6
        ) as activity_weight,
        {{ match_fact_weight('facts.is_too_young_to_buy', 'child_m', 'facts.child_chance') }}
        + {{ match_fact_weight('facts.is_later', 'later_m', 'facts.later_chance') }}
            as record_weight,
    from facts
)

select * from weighed
