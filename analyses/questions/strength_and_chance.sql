-- How many pairs of each strength are more than chance?
select
    strength_score,
    count(*) as pairs,
    count(*) filter (where affinity_level = 'together') as together,
    count(*) filter (where affinity_level = 'maybe') as maybe,
    count(*) filter (where affinity_level = 'chance') as chance,
    count(*) filter (where affinity_level = 'too_few') as too_few,
    count(*) filter (where known_tie) as known,
from {{ ref('customer_connections') }}
group by strength_score
order by strength_score desc
