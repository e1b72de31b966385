-- Grain: one row per request to be erased.
select
    customer_id,
    full_name,
    email,
    phone,
    source_file,
    source_line,
from {{ ref('stg_privacy__erasure_requests') }}
where row_outcome = 'kept'
