-- Grain: one row per check-in on a pass that names another person as its buyer.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_pass_texts as (
    select * from {{ ref('core_pass_texts') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

-- where a field tells the buyer, the text is not asked
told as (
    select
        checkins.checkin_id,
        checkins.pass_name as pass_type,
        coalesce(
            checkins.pass_buyer_name,
            nullif(concat_ws(' ', buyers.first_name, buyers.last_name), '')
        ) as buyer_name,
        buyers.customer_id as buyer_customer_id,
        checkins.pass_remaining_count as remaining_count,
    from core_checkins as checkins
    left join core_customers as buyers
        on checkins.pass_buyer_customer_id = buyers.customer_id
    where checkins.pass_name is not null
        and checkins.pass_buyer_customer_id is distinct from checkins.customer_id
),

bought as (
    select
        checkins.checkin_id,
        texts.pass_type,
        texts.buyer_name,
        cast(null as bigint) as buyer_customer_id,
        texts.remaining_count,
    from core_checkins as checkins
    inner join core_pass_texts as texts
        on checkins.entry_method_description = texts.entry_method_description
    where checkins.pass_name is null
    union all
    select * from told
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
        texts.buyer_customer_id,
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
    inner join bought as texts
        on checkins.checkin_id = texts.checkin_id
    where checkins.entry_kind in ('entry_pass', 'guest_pass')
        and texts.buyer_name is not null
)

select * from transfers
