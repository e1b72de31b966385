-- Matching a purchaser neither loses a transfer nor makes two of one.
with parsed as (
    select checkin_id from {{ ref('core_pass_uses') }}
),

transfers as (
    select checkin_id from {{ ref('pass_transfers') }}
),

lost as (
    select * from parsed
    except all
    select * from transfers
),

invented as (
    select * from transfers
    except all
    select * from parsed
)

select 'lost' as problem, checkin_id from lost
union all
select 'invented' as problem, checkin_id from invented
