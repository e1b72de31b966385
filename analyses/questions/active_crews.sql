-- Which crews are active, when do they come, and who is in them?
with members as (
    select
        crew_members.crew_id,
        -- who is not known to be an adult has no name here
        string_agg(
            coalesce(customers.full_name, '(name withheld)'), ', ' order by crew_members.customer_id
        ) as members,
    from {{ ref('crew_members') }}
    inner join {{ ref('customers') }}
        on crew_members.customer_id = customers.customer_id
    group by crew_members.crew_id
)

select
    crews.crew_id,
    crews.usual_weekday,
    crews.usual_hour,
    crews.outings_per_month,
    crews.outing_count,
    crews.last_outing_date,
    members.members,
from {{ ref('crews') }}
inner join members
    on crews.crew_id = members.crew_id
-- an outing in the last 30 days that the exports know
where crews.last_outing_date > (select today from {{ ref('gym_today') }}) - 30
qualify row_number() over (order by crews.outing_count desc, crews.crew_id) <= 10
order by crews.outing_count desc, crews.crew_id
