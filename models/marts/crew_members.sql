-- Grain: one row per member of a crew.
with int_crew_members as (
    select * from {{ ref('int_crew_members') }}
),

int_crew_meetings as (
    select * from {{ ref('int_crew_meetings') }}
),

int_crew_anchors as (
    select * from {{ ref('int_crew_anchors') }}
),

present as (
    select distinct
        unnest([customer_id_1, customer_id_2]) as customer_id,
        checkin_date,
        location_number,
    from int_crew_meetings
),

outings as (
    select
        customer_id,
        count(*) as outing_count,
        min(checkin_date) as first_outing_date,
        max(checkin_date) as last_outing_date,
    from present
    group by customer_id
),

members as (
    select
        int_crew_anchors.crew_id,
        int_crew_members.customer_id,
        outings.outing_count,
        outings.first_outing_date,
        outings.last_outing_date,
    from int_crew_members
    inner join int_crew_anchors
        on int_crew_members.lowest_customer_id = int_crew_anchors.lowest_customer_id
    inner join outings
        on int_crew_members.customer_id = outings.customer_id
)

select * from members
order by crew_id, customer_id
