-- Which adults keep coming on other people's passes and never had a membership?
with members as (
    select distinct customer_id from {{ ref('customer_events') }}
    where event_type = 'membership_start'
),

guests as (
    select
        transfers.user_customer_id as customer_id,
        count(*) as visits_as_guest,
        count(distinct transfers.purchaser_customer_id) as hosts,
        mode(transfers.purchaser_customer_id order by transfers.purchaser_customer_id)
            as most_often_with,
        max(cast(transfers.checkin_datetime as date)) as last_date,
    from {{ ref('pass_transfers') }} as transfers
    where transfers.purchaser_customer_id is not null
    group by transfers.user_customer_id
)

select
    guests.customer_id,
    customers.full_name,
    guests.visits_as_guest,
    customers.checkin_count as all_visits,
    guests.hosts,
    guests.most_often_with,
    guests.last_date,
from guests
inner join {{ ref('customers') }}
    on guests.customer_id = customers.customer_id
anti join members
    on guests.customer_id = members.customer_id
where
    not customers.is_child
    -- they came in the last 90 days that the exports know
    and guests.last_date > (select today from {{ ref('gym_today') }}) - 90
qualify row_number() over (order by guests.visits_as_guest desc, guests.customer_id) <= 10
order by guests.visits_as_guest desc, guests.customer_id
