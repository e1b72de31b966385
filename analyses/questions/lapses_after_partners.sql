-- Do people leave after their closest partner left?
select
    population,
    losses,
    lapses_early as early,
    lapses_later as later,
    ratio,
    low,
    high,
    pretended_ratio as pretended,
    placebo_ratio as placebo,
    finding,
from {{ ref('partner_lapses') }}
order by population desc
