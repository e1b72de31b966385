-- A larger share of rejected records than max_rejected_share means that an export has changed its
-- form, not that a few rows are bad: nothing built on it should go out.
select
    export_name,
    rejected_count,
    record_count,
    round(rejected_count / record_count, 4) as rejected_share,
from {{ ref('export_row_counts') }}
where rejected_count > {{ var('max_rejected_share') }} * record_count
