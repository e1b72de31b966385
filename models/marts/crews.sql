-- Grain: one row per crew.
-- Long: the figures of a crew, each from the rows of its members.
with crew_founders as (
    select * from {{ ref('crew_founders') }}
),

crew_groups as (
    select * from {{ ref('crew_groups') }}
),

crew_ties as (
    select * from {{ ref('crew_ties') }}
),

crew_meetings as (
    select * from {{ ref('crew_meetings') }}
),

visit_days as (
    select * from {{ ref('visit_days') }}
),

crew_members as (
    select * from {{ ref('crew_members') }}
),

present as (
    select distinct
        crew_key,
        checkin_date,
        location_number,
        unnest([customer_id_1, customer_id_2]) as customer_id,
    from crew_meetings
),

-- an outing is a day and place where two members or more met; it begins with the first of them
outings as (
    select
        present.crew_key,
        present.checkin_date,
        visit_days.location_id,
        count(*) as present_count,
        dayname(present.checkin_date) as weekday_name,
        isodow(present.checkin_date) as weekday_number,
        cast(min(visit_days.first_arrival_us) // 3600000000 as integer) as begin_hour,
    from present
    inner join visit_days
        on
            present.customer_id = visit_days.customer_id
            and present.location_number = visit_days.location_number
            and present.checkin_date = visit_days.checkin_date
    group by present.crew_key, present.checkin_date, visit_days.location_id
),

-- of several that are equally usual the first in the week, the day or the alphabet is shown
ranked as (
    select
        *,
        count(*) over (partition by crew_key, weekday_number) as weekday_outings,
        count(*) over (partition by crew_key, begin_hour) as hour_outings,
        count(*) over (partition by crew_key, location_id) as location_outings,
    from outings
),

usual as (
    select
        crew_key,
        arg_min(location_id, (-location_outings, location_id)) as usual_location_id,
        arg_min(weekday_name, (-weekday_outings, weekday_number)) as usual_weekday,
        arg_min(begin_hour, (-hour_outings, begin_hour)) as usual_hour,
        count(*) as outing_count,
        cast(round(avg(present_count), 1) as decimal(3, 1)) as members_per_outing,
        min(checkin_date) as first_outing_date,
        max(checkin_date) as last_outing_date,
    from ranked
    group by crew_key
),

ties as (
    select
        one.crew_key,
        count(*) as tie_count,
    from crew_ties
    inner join crew_groups as one
        on crew_ties.customer_id_1 = one.customer_id
    inner join crew_groups as other
        on crew_ties.customer_id_2 = other.customer_id
    where one.crew_key = other.crew_key
    group by one.crew_key
),

rosters as (
    select
        crew_id,
        string_agg(customer_id, ',' order by customer_id) as customer_ids,
        count(*) as member_count,
    from crew_members
    group by crew_id
),

crews as (
    select
        crew_founders.crew_id,
        rosters.customer_ids,
        usual.usual_location_id,
        usual.usual_weekday,
        usual.usual_hour,
        rosters.member_count,
        ties.tie_count,
        usual.outing_count,
        cast(
            round(
                usual.outing_count * 30.4375
                / (usual.last_outing_date - usual.first_outing_date + 1),
                1
            ) as decimal(6, 1)
        ) as outings_per_month,
        usual.members_per_outing,
        usual.first_outing_date,
        usual.last_outing_date,
        crew_founders.founding_date,
    from crew_founders
    inner join usual
        on crew_founders.crew_key = usual.crew_key
    inner join ties
        on crew_founders.crew_key = ties.crew_key
    inner join rosters
        on crew_founders.crew_id = rosters.crew_id
)

select * from crews
order by crew_id
