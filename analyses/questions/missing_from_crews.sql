-- Who stays away while the rest of the crew still comes?
with crews as (
    select * from {{ ref('crews') }}
),

crew_members as (
    select * from {{ ref('crew_members') }}
),

customers as (
    select * from {{ ref('customers') }}
)

select
    crew_members.customer_id,
    customers.full_name,
    crew_members.crew_id,
    crews.member_count as members,
    crew_members.outing_count as outings,
    customers.last_checkin_date as last_visit,
    crews.last_outing_date as crew_last_met,
from crew_members
inner join crews
    on crew_members.crew_id = crews.crew_id
inner join customers
    on crew_members.customer_id = customers.customer_id
where
    not customers.is_child
    -- the crew met in the last 30 days, the member was not seen for 60
    and crews.last_outing_date > (select max(last_checkin_date) from customers) - 30
    and customers.last_checkin_date < (select max(last_checkin_date) from customers) - 60
qualify row_number() over (order by crew_members.outing_count desc, crew_members.customer_id) <= 10
order by crew_members.outing_count desc, crew_members.customer_id
