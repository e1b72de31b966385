-- Grain: one row per thing that happened to a customer.
-- Long: each kind of event gives the same columns, and says what it leaves empty.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

day_pass_purchases_resolved as (
    select * from {{ ref('day_pass_purchases_resolved') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

checkins as (
    select
        customer_id,
        checkin_datetime as event_date,
        'checkin' as event_type,
        source_system || '_checkins' as event_source,
        'direct' as source_confidence,
        json_object(
            'checkin_id', checkin_id, 'entry_method', entry_method, 'location', location_name
        ) as event_details,
    from core_checkins
),

known_transfers as (
    select
        *,
        concat_ws(' ', user_first_name, user_last_name) as user_name,
    from pass_transfers_matched
    where purchaser_customer_id is not null
),

shared_passes as (
    select
        purchaser_customer_id as customer_id,
        checkin_datetime as event_date,
        'shared_pass' as event_type,
        source_system || '_transfers' as event_source,
        'direct' as source_confidence,
        json_object(
            'checkin_id', checkin_id,
            'pass_type', pass_type,
            'shared_with_customer_id', cast(user_customer_id as varchar),
            'shared_with_name', user_name,
            'remaining_count', remaining_count
        ) as event_details,
    from known_transfers
),

received_passes as (
    select
        user_customer_id as customer_id,
        checkin_datetime as event_date,
        'received_shared_pass' as event_type,
        source_system || '_transfers' as event_source,
        'direct' as source_confidence,
        json_object(
            'checkin_id', checkin_id,
            'pass_type', pass_type,
            'received_from_customer_id', cast(purchaser_customer_id as varchar),
            'received_from_name', purchaser_name,
            'remaining_count', remaining_count
        ) as event_details,
    from known_transfers
),

membership_days as (
    unpivot core_membership_people
    on start_date as membership_start, end_date as membership_end
    into name event_type value event_day
),

memberships as (
    select
        membership_days.customer_id,
        cast(membership_days.event_day as timestamp) as event_date,
        membership_days.event_type,
        source_system || '_members' as event_source,
        'direct' as source_confidence,
        json_object(
            'member_id', membership_days.member_id,
            'membership_type_id', membership_days.membership_type_id,
            'membership_name', membership_days.membership_name,
            'size', membership_days.size
        ) as event_details,
    from membership_days
    -- what lies ahead has not happened
    inner join core_today on membership_days.event_day <= core_today.today
),

purchases as (
    select
        customer_id,
        cast(transaction_date as timestamp) as event_date,
        'day_pass_purchase' as event_type,
        source_system as event_source,
        resolved_by as source_confidence,
        json_object(
            'transaction_id', transaction_id,
            'description', description,
            'total_amount', cast(total_amount as varchar),
            'day_pass_count', day_pass_count
        ) as event_details,
    from day_pass_purchases_resolved
),

events as (
    select * from checkins
    union all
    select * from shared_passes
    union all
    select * from received_passes
    union all
    select * from memberships
    union all
    select * from purchases
)

select
    customer_id,
    event_date,
    event_type,
    event_source,
    source_confidence,
    cast(event_details as varchar) as event_details,
from events
order by customer_id, event_date, event_type, event_details
