-- Grain: one row per cell of a published table that tells a child's name.
with customers as (
    select * from {{ ref('customers') }}
),

pass_transfers as (
    select * from {{ ref('pass_transfers') }}
),

customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

customer_events as (
    select * from {{ ref('customer_events') }}
),

purchasers_withheld as (
    select * from {{ ref('purchasers_withheld') }}
),

events as (
    select
        event_type,
        event_details,
        event_details ->> 'checkin_id' as checkin_id,
        concat_ws('-', customer_id, event_type, event_details ->> 'checkin_id') as row_key,
    from customer_events
),

children as (
    select customer_id from customers
    where is_child
),

-- an interaction tells the buyer's text, and not always of which check-in
purchasers as (
    select distinct
        checkin_date,
        purchaser_name,
    from purchasers_withheld
),

cells as (
    select
        'customers' as table_name,
        'full_name' as column_name,
        cast(customer_id as varchar) as row_key,
        cast(null as varchar) as published_text,
    from children
    union all
    select
        'pass_transfers',
        unnest(['user_first_name', 'user_last_name']),
        cast(pass_transfers.checkin_id as varchar),
        null,
    from pass_transfers
    inner join children
        on pass_transfers.user_customer_id = children.customer_id
    union all
    select
        'pass_transfers',
        'purchaser_name',
        cast(checkin_id as varchar),
        '(name withheld)',
    from purchasers_withheld
    union all
    select
        'customer_interactions',
        'metadata',
        interactions.interaction_id,
        cast(
            json_merge_patch(
                interactions.metadata,
                case
                    when interactions.interaction_type = 'frequent_guest'
                        then '{"host_name":"(name withheld)"}'
                    else '{"purchaser_name":"(name withheld)"}'
                end
            ) as varchar
        ),
    from customer_interactions as interactions
    inner join purchasers
        on
            interactions.interaction_date = purchasers.checkin_date
            and coalesce(
                interactions.metadata ->> 'purchaser_name', interactions.metadata ->> 'host_name'
            ) = purchasers.purchaser_name
    union all
    select
        'customer_events',
        'event_details',
        events.row_key,
        cast(
            json_merge_patch(
                events.event_details, '{"shared_with_name":"(name withheld)"}'
            ) as varchar
        ),
    from events
    inner join children
        on
            events.event_details ->> 'shared_with_customer_id'
            = cast(children.customer_id as varchar)
    union all
    select
        'customer_events',
        'event_details',
        events.row_key,
        cast(
            json_merge_patch(
                events.event_details, '{"received_from_name":"(name withheld)"}'
            ) as varchar
        ),
    from events
    inner join purchasers_withheld
        on events.checkin_id = cast(purchasers_withheld.checkin_id as varchar)
    where events.event_type = 'received_shared_pass'
)

select * from cells
order by table_name, column_name, row_key
