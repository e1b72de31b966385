-- A larger share of rejected records than max_rejected_share means that an export has changed its
-- form, not that a few rows are bad: nothing built on it should go out. One request to be erased
-- that is rejected is enough: nobody can tell whom it means.
with export_row_counts as (
    select * from {{ ref('export_row_counts') }}
),

export_records_unioned as (
    select * from {{ ref('export_records_unioned') }}
),

first_rejected as (
    select
        export_name,
        source_file || ' line ' || source_line || ': ' || reject_reason as first_reject_reason,
    from export_records_unioned
    where row_outcome = 'rejected'
    qualify row_number() over (partition by export_name order by source_file, source_line) = 1
)

select
    export_row_counts.export_name,
    export_row_counts.rejected_count,
    export_row_counts.record_count,
    round(export_row_counts.rejected_count / export_row_counts.record_count, 4) as rejected_share,
    first_rejected.first_reject_reason,
from export_row_counts
inner join first_rejected on export_row_counts.export_name = first_rejected.export_name
where
    export_row_counts.rejected_count
    > case export_row_counts.export_name
        when 'privacy/erasure_requests' then 0
        -- staff type them, and a slip there stops no night
        when 'reviews/answers'
            then greatest(
                {{ var('few_faults') }},
                {{ var('max_rejected_share') }} * export_row_counts.record_count
            )
        else {{ var('max_rejected_share') }} * export_row_counts.record_count
    end
