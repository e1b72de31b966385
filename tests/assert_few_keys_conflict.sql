-- A few numbers that stand for two things are corrections. Many are two systems that number alike,
-- and half of what they tell is not used.
with export_records_unioned as (
    select * from {{ ref('export_records_unioned') }}
),

export_keys as (
    select
        named.export_name,
        named.key_column,
    from (values
        ('capitan/checkins', 'checkin_id'),
        ('capitan/customers', 'customer_id'),
        ('capitan/members', 'member_id'),
        ('capitan/memberships', 'membership_id')
    ) as named (export_name, key_column)
),

keys_counted as (
    select
        export_name,
        count(distinct row_key) filter (where row_outcome = 'conflicting') as conflicting_count,
        count(*) filter (where row_outcome = 'kept') as kept_count,
    from export_records_unioned
    group by export_name
)

select
    format(
        '{}: {} of {} values of {} stand for two different people, places or visits each; do two'
        || ' systems number alike?',
        keys_counted.export_name, keys_counted.conflicting_count, keys_counted.kept_count,
        export_keys.key_column
    ) as sentence,
from keys_counted
inner join export_keys on keys_counted.export_name = export_keys.export_name
where keys_counted.conflicting_count > {{ var('few_faults') }}
    and keys_counted.conflicting_count > {{ var('max_conflict_share') }} * keys_counted.kept_count
