-- A few numbers that stand for two things are corrections. Many are two systems that number alike,
-- and half of what they tell is not used.
with export_records_unioned as (
    select * from {{ ref('export_records_unioned') }}
),

keys_counted as (
    select
        export_name,
        case core_table
            when 'checkins' then 'checkin_id'
            when 'customers' then 'customer_id'
            when 'membership_people' then 'member_id'
            else 'membership_id'
        end as key_column,
        count(distinct row_key) filter (where row_outcome = 'conflicting') as conflicting_count,
        count(*) filter (where row_outcome = 'kept') as kept_count,
    from export_records_unioned
    where core_table in ('checkins', 'customers', 'membership_people', 'memberships')
    group by export_name, core_table
)

select
    format(
        '{}: {} of {} values of {} stand for two different people, places or visits each; do two'
        || ' systems number alike?',
        keys_counted.export_name, keys_counted.conflicting_count, keys_counted.kept_count,
        keys_counted.key_column
    ) as sentence,
from keys_counted
where keys_counted.conflicting_count > {{ var('few_faults') }}
    and keys_counted.conflicting_count > {{ var('max_conflict_share') }} * keys_counted.kept_count
