-- The report's parts sum to its totals.
select
    section,
    sum(value) filter (where metric = 'total') as total,
    sum(value) filter (where percent is not null) as parts,
from {{ ref('pipeline_report') }}
where section in ('check-ins', 'pass texts', 'pass transfers', 'interactions', 'connections')
group by section
having sum(value) filter (where metric = 'total')
    is distinct from coalesce(sum(value) filter (where percent is not null), 0)
