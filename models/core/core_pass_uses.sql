-- Grain: one row per check-in on a pass that names another person as its buyer.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_pass_texts as (
    select * from {{ ref('core_pass_texts') }}
),

transfers as (
    select
        checkins.checkin_id,
        checkins.customer_id as user_customer_id,
        checkins.location_id,
        checkins.entry_method,
        checkins.entry_kind as transfer_type,
        texts.pass_type,
        texts.buyer_name as purchaser_name,
        checkins.customer_first_name as user_first_name,
        checkins.customer_last_name as user_last_name,
        checkins.location_name,
        texts.remaining_count,
        contains(lower(texts.pass_type), 'punch') as is_punch_pass,
        regexp_matches(lower(texts.pass_type), 'youth|under 14') as is_youth_pass,
        checkins.checkin_date,
        checkins.checkin_datetime,
        checkins.source_system,
    from core_checkins as checkins
    inner join core_pass_texts as texts
        on checkins.entry_method_description = texts.entry_method_description
    where checkins.entry_kind in ('entry_pass', 'guest_pass')
        and texts.buyer_name is not null
)

select * from transfers
