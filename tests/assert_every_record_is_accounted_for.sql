-- Records read = kept + rejected + duplicate + superseded + conflicting and so on, and what is kept
-- is what staging shows.
with records_read as (
    select 'capitan/checkins' as export_name, count(*) as record_count
    from {{ ref('raw_capitan__checkins') }}
    union all
    select 'capitan/customers', count(*) from {{ ref('raw_capitan__customers') }}
    union all
    select 'capitan/members', count(*) from {{ ref('raw_capitan__members') }}
    union all
    select 'capitan/memberships', count(*) from {{ ref('raw_capitan__memberships') }}
    union all
    select 'capitan/relations', count(*) from {{ ref('raw_capitan__relations') }}
    union all
    select 'transactions/combined_transaction_data', count(*)
    from {{ ref('raw_transactions__transactions') }}
    union all
    select 'privacy/erasure_requests', count(*) from {{ ref('raw_privacy__erasure_requests') }}
),

records_kept as (
    select 'capitan/checkins' as export_name, count(*) as kept_count
    from {{ ref('core_checkins') }}
    union all
    select 'capitan/customers', count(*) from {{ ref('core_customers') }}
    union all
    select 'capitan/members', count(*) from {{ ref('core_membership_people') }}
    union all
    select 'capitan/memberships', count(*) from {{ ref('core_memberships') }}
    union all
    select 'capitan/relations', count(*) from {{ ref('core_relations') }}
    union all
    select 'transactions/combined_transaction_data', count(*)
    from {{ ref('core_payments') }}
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
    export_row_counts.record_count is distinct from records_read.record_count
    or export_row_counts.kept_count is distinct from records_kept.kept_count
    or export_row_counts.record_count is distinct from (
        export_row_counts.kept_count + export_row_counts.rejected_count
        + export_row_counts.duplicate_count + export_row_counts.superseded_count
        + export_row_counts.conflicting_count
        + export_row_counts.erased_count + export_row_counts.later_count
    )
