-- Who shares passes with the most people?
with sharers as (
    select
        purchaser_customer_id as customer_id,
        count(distinct user_customer_id) as people,
        count(*) as passes,
        max(cast(checkin_datetime as date)) as last_date,
    from {{ ref('pass_transfers') }}
    where purchaser_customer_id is not null
    group by purchaser_customer_id
)

select
    sharers.customer_id,
    customers.full_name,
    sharers.people,
    sharers.passes,
    sharers.last_date,
from sharers
left join {{ ref('customers') }}
    on sharers.customer_id = customers.customer_id
qualify
    row_number() over (
        order by sharers.people desc, sharers.passes desc, sharers.customer_id
    ) <= 10
order by sharers.people desc, sharers.passes desc, sharers.customer_id
