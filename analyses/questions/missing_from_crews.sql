-- Who stays away while the rest of the crew still comes?
select
    crew_members.customer_id,
    customers.full_name,
    crew_members.crew_id,
    crews.member_count as members,
    crew_members.outing_count as outings,
    customers.last_checkin_date as last_visit,
    crews.last_outing_date as crew_last_met,
from {{ ref('crew_members') }}
inner join {{ ref('crews') }}
    on crew_members.crew_id = crews.crew_id
inner join {{ ref('customers') }}
    on crew_members.customer_id = customers.customer_id
where
    not customers.is_child
    -- the crew met in the last 30 days, the member was not seen for 60
    and crews.last_outing_date > (select today from {{ ref('gym_today') }}) - 30
    and customers.last_checkin_date
    < (select today from {{ ref('gym_today') }}) - 60
qualify row_number() over (order by crew_members.outing_count desc, crew_members.customer_id) <= 10
order by crew_members.outing_count desc, crew_members.customer_id
