-- How do visits, shared passes and new ties develop by month?
with monthly_events as (
    select
        cast(date_trunc('month', event_date) as date) as month_start,
        count(*) filter (where event_type = 'checkin') as checkins,
        count(distinct customer_id) filter (where event_type = 'checkin') as visitors,
        count(*) filter (where event_type = 'shared_pass') as shared_passes,
        count(*) filter (where event_type = 'membership_start') as memberships_begun,
    from {{ ref('customer_events') }}
    group by cast(date_trunc('month', event_date) as date)
),

monthly_pairs as (
    select
        cast(date_trunc('month', first_interaction_date) as date) as month_start,
        count(*) as new_ties,
    from {{ ref('customer_connections') }}
    where known_tie or affinity_level = 'together'
    group by cast(date_trunc('month', first_interaction_date) as date)
)

select
    strftime(monthly_events.month_start, '%Y-%m') as month,
    monthly_events.checkins,
    monthly_events.visitors,
    monthly_events.shared_passes,
    monthly_events.memberships_begun,
    coalesce(monthly_pairs.new_ties, 0) as new_ties,
from monthly_events
left join monthly_pairs
    on monthly_events.month_start = monthly_pairs.month_start
where monthly_events.checkins > 0
order by monthly_events.month_start
