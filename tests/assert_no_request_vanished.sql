-- Who asked to be erased at the last good build asks still, or would be published again. A request
-- that another one replaces is gone, too, be it only spelt otherwise.
-- GYM_ALLOW_SHRINK=privacy/erasure_requests (or "all") lets requests be withdrawn.
with requests_now as (
    select * from {{ ref('stg_privacy__erasure_requests') }}
),

requests_known as (
    select * from {{ source('build_state', 'erasure_requests_built') }}
),

gone as (
    select
        count(*) as requests_at_last_good_build,
        count(*) filter (
            where request_digest not in (
                select requests_now.request_digest from requests_now
                where requests_now.reject_reason is null
            )
        ) as requests_gone,
    from requests_known
)

select
    'privacy/erasure_requests' as export_name,
    requests_at_last_good_build,
    requests_gone,
from gone
where requests_gone > 0 and not {{ is_allowed('GYM_ALLOW_SHRINK', "'privacy/erasure_requests'") }}
