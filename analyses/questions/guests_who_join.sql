-- How many guests become members within 30, 60 and 90 days? By Kaplan-Meier, with its interval.
select
    entry_kind,
    if(is_child, 'children', 'adults') as age,
    horizon_days,
    guests,
    events,
    cast(100 * share as decimal(4, 1)) as percent,
    cast(100 * low as decimal(4, 1)) as percent_low,
    cast(100 * high as decimal(4, 1)) as percent_high,
from {{ ref('guest_conversion') }}
order by entry_kind, age, horizon_days
