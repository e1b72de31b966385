-- Grain: one row per member of a crew.
with crew_groups as (
    select * from {{ ref('crew_groups') }}
),

crew_meetings as (
    select * from {{ ref('crew_meetings') }}
),

crew_founders as (
    select * from {{ ref('crew_founders') }}
),

present as (
    select distinct
        unnest([customer_id_1, customer_id_2]) as customer_id,
        checkin_date,
        location_number,
    from crew_meetings
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
        crew_founders.crew_id,
        crew_groups.customer_id,
        outings.outing_count,
        outings.first_outing_date,
        outings.last_outing_date,
    from crew_groups
    inner join crew_founders
        on crew_groups.crew_key = crew_founders.crew_key
    inner join outings
        on crew_groups.customer_id = outings.customer_id
)

select * from members
order by crew_id, customer_id
