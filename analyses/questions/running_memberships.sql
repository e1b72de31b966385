-- How many memberships run today, of which size, and for how many people?
select
    size,
    standing,
    count(*) as memberships,
    sum(people_count) as people,
from {{ ref('memberships') }}
where standing != 'ended'
group by size, standing
order by size, standing
