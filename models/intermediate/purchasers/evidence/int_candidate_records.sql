-- Grain: one row per transfer check-in and candidate, with what the candidate's records say.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

int_purchaser_candidates as (
    select * from {{ ref('int_purchaser_candidates') }}
),

int_match_day_chances as (
    select * from {{ ref('int_match_day_chances') }}
),

stg_capitan__customers as (
    select * from {{ ref('stg_capitan__customers') }}
),

stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

stg_capitan__members as (
    select * from {{ ref('stg_capitan__members') }}
),

population as (
    select cast(count(*) as double) as customers from stg_capitan__customers
),

memberships as (
    select distinct candidates.checkin_id, candidates.customer_id
    from int_purchaser_candidates as candidates
    inner join stg_capitan__members as members
        on
            candidates.customer_id = members.customer_id
            and candidates.checkin_date >= members.start_date
            and candidates.checkin_date <= coalesce(members.end_date, candidates.checkin_date)
),

activity as (
    select distinct candidates.checkin_id, candidates.customer_id
    from int_purchaser_candidates as candidates
    inner join stg_capitan__checkins as checkins
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
        ) > candidates.checkin_date as is_child,
        cast(customers.created_at as date) > candidates.checkin_date as is_later,
        day_chances.member_customers / population.customers as member_chance,
        day_chances.active_customers / population.customers as active_chance,
        day_chances.child_customers / nullif(day_chances.born_customers, 0) as child_chance,
        day_chances.later_customers / population.customers as later_chance,
    from int_purchaser_candidates as candidates
    inner join stg_capitan__customers as customers
        on candidates.customer_id = customers.customer_id
    inner join int_match_day_chances as day_chances
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
        facts.is_child,
        facts.is_later,
        {{ match_fact_weight('facts.is_member', 'guest_member_m', 'facts.member_chance') }}
            as member_weight,
        round(
            {{ match_parameter('active_factor') }}
            * {{ match_fact_weight('facts.is_active', 'active_m', 'facts.active_chance') }},
            6
        ) as activity_weight,
        {{ match_fact_weight('facts.is_child', 'child_m', 'facts.child_chance') }}
        + {{ match_fact_weight('facts.is_later', 'later_m', 'facts.later_chance') }}
            as record_weight,
    from facts
)

select * from weighed
