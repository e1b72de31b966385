-- Grain: one row per date whose lists are remembered, also where nobody was on them.
with raw_actions__history as (
    select * from {{ ref('raw_actions__history') }}
    where {{ file_is_readable() }}
)

select
    as_of,
    count(kind) as row_count,
    bool_or(is_trial) as is_trial,
from raw_actions__history
group by as_of
