-- The pairs and dates of known transfers are those of shared_pass, those of guest passes those of
-- frequent_guest, and the repeats add up to the transfers.
with transfers as (
    select
        cast(checkin_datetime as date) as interaction_date,
        unnest(
            case
                when transfer_type = 'guest_pass' then ['shared_pass', 'frequent_guest']
                else ['shared_pass']
            end
        ) as interaction_type,
        least(user_customer_id, purchaser_customer_id) as customer_id_1,
        greatest(user_customer_id, purchaser_customer_id) as customer_id_2,
    from {{ ref('pass_transfers') }}
    where purchaser_customer_id is not null
),

expected as (
    select
        interaction_date,
        interaction_type,
        customer_id_1,
        customer_id_2,
        count(*) as repeat_count,
    from transfers
    group by interaction_date, interaction_type, customer_id_1, customer_id_2
),

found as (
    select
        interaction_date,
        interaction_type,
        customer_id_1,
        customer_id_2,
        cast(metadata ->> 'count' as bigint) as repeat_count,
    from {{ ref('customer_interactions') }}
    where interaction_type in ('shared_pass', 'frequent_guest')
),

lost as (
    select * from expected
    except all
    select * from found
),

invented as (
    select * from found
    except all
    select * from expected
)

select 'lost' as problem, * from lost
union all
select 'invented' as problem, * from invented
