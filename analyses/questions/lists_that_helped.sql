-- Did the lists help? Of each list the newest round and the longest time.
select
    kind,
    outcome,
    horizon_days,
    listed,
    held_out,
    difference,
    finding,
from action_outcomes
qualify row_number() over (partition by kind order by round desc, horizon_days desc) = 1
order by kind
