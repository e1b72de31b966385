-- A transfer whose purchaser is known is one event for each side, and no other pass is.
with known_transfers as (
    select
        checkin_id,
        unnest(['shared_pass', 'received_shared_pass']) as event_type,
        unnest([purchaser_customer_id, user_customer_id]) as customer_id,
    from {{ ref('pass_transfers') }}
    where purchaser_customer_id is not null
),

events as (
    select
        cast(event_details ->> 'checkin_id' as bigint) as checkin_id,
        event_type,
        customer_id,
    from {{ ref('customer_events') }}
    where event_type in ('shared_pass', 'received_shared_pass')
),

lost as (
    select * from known_transfers
    except all
    select * from events
),

invented as (
    select * from events
    except all
    select * from known_transfers
)

select 'lost' as problem, * from lost
union all
select 'invented' as problem, * from invented
