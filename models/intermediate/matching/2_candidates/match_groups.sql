-- Grain: one row per transfer check-in, with the group of check-ins that one purchaser explains.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

core_pass_uses as (
    select * from {{ ref('core_pass_uses') }}
),

placeholder_pass_uses as (
    select * from {{ ref('placeholder_pass_uses') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

joined_names as (
    select distinct purchaser_names.written_name, purchaser_names.joined_name
    from match_name_readings as purchaser_names
),

events as (
    select
        transfers.checkin_id,
        transfers.purchaser_name as written_name,
        coalesce(joined_names.joined_name, '') as joined_name,
        transfers.user_customer_id,
        transfers.location_id,
        transfers.pass_type,
        case
            when transfers.transfer_type = 'guest_pass' then 'guest'
            when {{ pass_product('transfers.pass_type') }} = 'day 1' then 'day'
            else 'multi'
        end as pass_kind,
        {{ pass_product('transfers.pass_type') }} as product_kind,
        {{ pass_age_group('transfers.pass_type') }} as product_age,
        {{ pass_gear('transfers.pass_type') }} as product_gear,
        cast({{ match_validity_days('transfers.pass_type') }} as integer) as validity_days,
        transfers.remaining_count,
        transfers.checkin_datetime,
        transfers.checkin_date,
    from core_pass_uses as transfers
    anti join placeholder_pass_uses
        on transfers.checkin_id = placeholder_pass_uses.checkin_id
    left join joined_names
        on transfers.purchaser_name = joined_names.written_name
    where transfers.buyer_customer_id is null
),

-- One name on one product on one day bought for all of that party.
party_links as (
    select distinct
        events.joined_name,
        events.user_customer_id,
        min(events.user_customer_id) over (
            partition by events.joined_name, events.checkin_date, events.pass_type
        ) as party_customer_id,
    from events
    where events.joined_name <> ''
),

-- Same name and recipient, or same name, day and product, directly or through others.
recipient_groups as (
    {{ connected_components(
        'party_links', 'joined_name', 'user_customer_id', 'party_customer_id', 'user_customer_id'
    ) }} -- noqa: PRS
),

grouped as (
    select
        events.checkin_id,
        min(events.checkin_id) over (
            partition by
                events.joined_name,
                recipient_groups.component_id,
                case when events.joined_name = '' then events.checkin_id end
        ) as purchaser_group_id,
        events.user_customer_id,
        events.location_id,
        events.written_name,
        events.joined_name,
        events.pass_type,
        events.pass_kind,
        events.product_kind,
        events.product_age,
        {{ pass_gear_among('events') }} as product_gear,
        events.validity_days,
        events.remaining_count,
        events.checkin_datetime,
        events.checkin_date,
    from events
    left join recipient_groups
        on
            events.joined_name = recipient_groups.joined_name
            and events.user_customer_id = recipient_groups.user_customer_id
)

select * from grouped
