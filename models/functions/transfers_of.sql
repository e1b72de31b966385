{{ config(parameters=['id']) }}
-- Grain: one row per shared pass of this customer.
with sides as (
    select
        *,
        'shared' as direction,
        user_customer_id as other_customer_id,
    from {{ ref('pass_transfers').include(database=false) }}
    where purchaser_customer_id = cast(id as bigint)
    union all
    select
        *,
        'received' as direction,
        purchaser_customer_id as other_customer_id,
    from {{ ref('pass_transfers').include(database=false) }}
    where user_customer_id = cast(id as bigint)
)

select
    sides.checkin_id,
    sides.direction,
    sides.other_customer_id,
    other.full_name as other_name,
    sides.pass_type,
    sides.purchaser_name,
    sides.match_method,
    sides.match_confidence,
    sides.remaining_count,
    sides.checkin_datetime,
from sides
left join {{ ref('customers').include(database=false) }} as other
    on sides.other_customer_id = other.customer_id
order by sides.checkin_datetime, sides.checkin_id
