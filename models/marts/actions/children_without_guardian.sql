-- Grain: one row per child who was here lately and for whom nobody can be reached.
with people as (
    select * from {{ ref('people') }}
    where age_group = 'child'
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

guardians as (
    select * from {{ ref('guardians') }}
),

core_today as (
    select * from {{ ref('core_today') }}
    -- off unless the gym switches it on
    where {{ var('list_guardians') }}
)

select
    people.customer_id as child_customer_id,
    people.last_checkin_date,
    count(guardians.guardian_customer_id) as guardians_out_of_reach,
from people
inner join core_today
    on
        people.last_checkin_date
        between core_today.today - {{ var('action_recent_days') }} + 1 and core_today.today
anti join placeholder_records
    on people.customer_id = placeholder_records.customer_id
left join guardians
    on people.customer_id = guardians.child_customer_id
group by people.customer_id, people.last_checkin_date
having not coalesce(bool_or(guardians.is_reachable), false)
order by people.customer_id
