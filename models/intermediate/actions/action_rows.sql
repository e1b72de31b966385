-- Grain: one row per date, list and person that is remembered of the builds before.
with raw_actions__history as (
    select * from {{ ref('raw_actions__history') }}
    where {{ file_is_readable() }}
),

core_today as (
    select * from {{ ref('core_today') }}
)

select raw_actions__history.* exclude (file_name, is_trial, is_changed, file_error)
from raw_actions__history
cross join core_today
-- what is listed today is not made again, but in a trial
where raw_actions__history.kind is not null
    and (
        raw_actions__history.as_of < core_today.today
        or (raw_actions__history.as_of = core_today.today and not raw_actions__history.is_trial)
    )
