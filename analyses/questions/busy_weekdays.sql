-- Which weekdays are busiest, counting open days only?
select
    weekday,
    count(*) filter (where is_open) as open_days,
    sum(checkin_count) as checkins,
    round(avg(visitor_count) filter (where is_open), 1) as visitors_a_day,
from {{ ref('calendar') }}
group by weekday
order by visitors_a_day desc, weekday
