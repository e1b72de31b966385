-- Grain: one row per date with a transfer: how many customers show each fact on it by chance.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

windows as (
    select
        checkins.customer_id,
        checkins.checkin_date,
        lag(checkins.checkin_date) over (
            partition by checkins.customer_id order by checkins.checkin_date
        ) as previous_date,
        cast({{ match_parameter('activity_window_days') }} as integer) as window_days,
    from (
        select distinct customer_id, cast(checkin_datetime as date) as checkin_date
        from core_checkins
    ) as checkins
),

-- Each fact as spans of days on which one customer shows it; spans of one customer and fact that
-- would overlap are cut.
spans as (
    select
        'active' as fact,
        greatest(
            windows.checkin_date - windows.window_days,
            coalesce(
                windows.previous_date + windows.window_days + 1,
                windows.checkin_date - windows.window_days
            )
        ) as first_date,
        windows.checkin_date + windows.window_days as last_date,
    from windows
    union all
    select
        'member',
        members.start_date,
        members.end_date,
    from core_membership_people as members
    union all
    select
        'child',
        customers.birthday,
        cast(
            customers.birthday
            + cast({{ match_parameter('child_age') }} as integer) * interval 1 year as date
        ) - 1,
    from core_customers as customers
    where customers.birthday is not null
    union all
    select
        'born',
        customers.birthday,
        null,
    from core_customers as customers
    where customers.birthday is not null
    union all
    select
        'later',
        date '1900-01-01',
        cast(customers.created_at as date) - 1,
    from core_customers as customers
    where customers.created_at is not null
),

steps as (
    select spans.fact, spans.first_date as step_date, 1 as step
    from spans
    where spans.first_date is not null
        and spans.first_date <= coalesce(spans.last_date, spans.first_date)
    union all
    select spans.fact, spans.last_date + 1, -1
    from spans
    where spans.first_date is not null
        and spans.first_date <= spans.last_date
),

-- the dates that are asked for stand among the steps as one that changes nothing
changes as (
    select fact, step_date, sum(step) as step from steps group by fact, step_date
    union all
    select distinct 'asked', checkin_date, 0 from match_groups
),

-- a running sum: to compare each date with each step takes their product
counted as (
    select
        fact,
        step_date as checkin_date,
        coalesce(sum(step) filter (where fact = 'active') over so_far, 0) as active_customers,
        coalesce(sum(step) filter (where fact = 'member') over so_far, 0) as member_customers,
        coalesce(sum(step) filter (where fact = 'child') over so_far, 0) as child_customers,
        coalesce(sum(step) filter (where fact = 'born') over so_far, 0) as born_customers,
        coalesce(sum(step) filter (where fact = 'later') over so_far, 0) as later_customers,
    from changes
    window so_far as (order by step_date range unbounded preceding)
)

select * exclude (fact) from counted
where fact = 'asked'
