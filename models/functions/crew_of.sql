{{ config(parameters=['id']) }}
-- Grain: one row per member of the crew in which this customer is.
select
    members.crew_id,
    members.customer_id,
    people.full_name,
    members.outing_count,
    members.first_outing_date,
    members.last_outing_date,
    crews.usual_weekday,
    crews.usual_hour,
    crews.founding_date,
from {{ ref('crew_members').include(database=false) }} as asked
inner join {{ ref('crew_members').include(database=false) }} as members
    on asked.crew_id = members.crew_id
inner join {{ ref('crews').include(database=false) }} as crews
    on members.crew_id = crews.crew_id
left join {{ ref('customers').include(database=false) }} as people
    on members.customer_id = people.customer_id
where asked.customer_id = cast(id as bigint)
order by members.outing_count desc, members.customer_id
