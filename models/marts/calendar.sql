-- Grain: one row per day, from the first check-in to today.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

days as (
    select
        checkin_date,
        count(*) as checkin_count,
        count(distinct customer_id) as visitor_count,
    from core_checkins
    group by checkin_date
),

spans as (
    select unnest(generate_series(
        (select min(checkin_date) from days), (select today from core_today), interval 1 day
    )) as moment
),

calendar as (
    select
        cast(spans.moment as date) as day,
        dayname(spans.moment) as weekday,
        cast(date_trunc('week', spans.moment) as date) as week_start,
        cast(date_trunc('month', spans.moment) as date) as month_start,
        coalesce(days.checkin_count, 0) as checkin_count,
        coalesce(days.visitor_count, 0) as visitor_count,
        days.checkin_date is not null as is_open,
    from spans
    left join days
        on spans.moment = days.checkin_date
)

select * from calendar
order by day
