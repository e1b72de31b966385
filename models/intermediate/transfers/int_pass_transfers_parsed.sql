{{ config(materialized='table') }}
-- Grain: one row per check-in on a pass that names another person as its buyer.
with stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

pass_checkins as (
    select
        *,
        -- only a count at the very end is the pass's own; "(Adult 14 and Up)" stays
        regexp_replace(
            entry_method_description, '[(][0-9]+ remaining[)]\s*$', '', 'i'
        ) as pass_and_buyer,
        try_cast(
            regexp_extract(entry_method_description, '[(]([0-9]+) remaining[)]\s*$', 1, 'i')
            as integer
        ) as remaining_count,
    from stg_capitan__checkins
    where entry_method in ('ENT', 'GUE')
),

split as (
    select
        *,
        -- the first part is greedy: of several "from" the last one stands before the name
        regexp_extract(
            pass_and_buyer, '^\s*(.*\S)\s+from\s+(\S.*)$', ['pass_type', 'purchaser_name'], 'i'
        ) as parts,
    from pass_checkins
),

transfers as (
    select
        checkin_id,
        customer_id as user_customer_id,
        location_id,
        entry_method,
        case entry_method when 'ENT' then 'entry_pass' else 'guest_pass' end as transfer_type,
        parts.pass_type as pass_type,
        trim(regexp_replace(parts.purchaser_name, '\s+', ' ', 'g')) as purchaser_name,
        customer_first_name as user_first_name,
        customer_last_name as user_last_name,
        location_name,
        remaining_count,
        contains(lower(parts.pass_type), 'punch') as is_punch_pass,
        regexp_matches(lower(parts.pass_type), 'youth|under 14') as is_youth_pass,
        checkin_date,
        checkin_datetime,
    from split
    where parts.purchaser_name != ''
)

select * from transfers
