-- Records read = kept + rejected + duplicate + superseded + conflicting and so on, and what is kept
-- is what the core holds.
with records_read as (
    {% for export in core_exports() %}
    select
        {{ export_name_of(export, source_system_of(export.system)) }} as export_name,
        count(*) as record_count,
    from {{ ref(export.raw) }}
    group by all
    union all
    {% endfor %}
    select 'reviews/answers', count(*) from {{ ref('raw_reviews__answers') }}
    union all
    select 'privacy/erasure_requests', count(*) from {{ ref('raw_privacy__erasure_requests') }}
),

records_kept as (
    {% for export in core_exports() %}
    select {{ export_name_of(export, 'source_system') }} as export_name, count(*) as kept_count
    from {{ ref('core_' ~ export.core_table) }}
    group by all
    union all
    {% endfor %}
    select 'reviews/answers', count(*)
    from {{ ref('stg_reviews__answers') }}
    where row_outcome = 'kept'
    union all
    select 'privacy/erasure_requests', count(*)
    from {{ ref('stg_privacy__erasure_requests') }}
    where row_outcome = 'kept'
),

export_row_counts as (
    select * from {{ ref('export_row_counts') }}
)

select
    export_row_counts.*,
    records_read.record_count as records_read,
    records_kept.kept_count as records_kept,
from export_row_counts
full join records_read on export_row_counts.export_name = records_read.export_name
full join records_kept on export_row_counts.export_name = records_kept.export_name
where
    export_row_counts.record_count is distinct from coalesce(records_read.record_count, 0)
    or export_row_counts.kept_count is distinct from coalesce(records_kept.kept_count, 0)
    or export_row_counts.record_count is distinct from (
        export_row_counts.kept_count + export_row_counts.rejected_count
        + export_row_counts.duplicate_count + export_row_counts.superseded_count
        + export_row_counts.conflicting_count
        + export_row_counts.erased_count + export_row_counts.later_count
        + export_row_counts.left_out_count
    )
