-- How many people lapse in each quarter, and how many of them came back?
select
    date_trunc('quarter', lapse_date) as quarter,
    count(*) filter (where kind = 'membership') as memberships,
    count(*) filter (where kind = 'membership' and returned_date is not null) as renewed_later,
    count(*) filter (where kind = 'visits') as regulars,
    count(*) filter (where kind = 'visits' and returned_date is not null) as came_back,
from {{ ref('lapses') }}
group by quarter
order by quarter
