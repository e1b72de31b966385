-- Who brings newcomers who come back? A newcomer's first check-in was on somebody's pass.
with firsts as (
    select
        transfers.purchaser_customer_id,
        transfers.user_customer_id,
    from {{ ref('pass_transfers') }} as transfers
    inner join {{ ref('customers') }}
        on
            transfers.user_customer_id = customers.customer_id
            and cast(transfers.checkin_datetime as date) = customers.first_checkin_date
    where transfers.purchaser_customer_id is not null
    group by transfers.purchaser_customer_id, transfers.user_customer_id
),

brought as (
    select
        firsts.purchaser_customer_id as customer_id,
        count(*) as brought,
        count(*) filter (where newcomer.last_checkin_date > newcomer.first_checkin_date)
            as came_back,
        sum(newcomer.checkin_count) as their_visits,
    from firsts
    inner join {{ ref('customers') }} as newcomer
        on firsts.user_customer_id = newcomer.customer_id
    group by firsts.purchaser_customer_id
)

select
    brought.customer_id,
    customers.full_name,
    brought.brought,
    brought.came_back,
    brought.their_visits,
from brought
left join {{ ref('customers') }}
    on brought.customer_id = customers.customer_id
qualify
    row_number() over (
        order by brought.came_back desc, brought.their_visits desc, brought.customer_id
    ) <= 10
order by brought.came_back desc, brought.their_visits desc, brought.customer_id
