-- Grain: one row per crew.
with int_crew_anchors as (
    select * from {{ ref('int_crew_anchors') }}
),

int_crew_members as (
    select * from {{ ref('int_crew_members') }}
),

int_crew_ties as (
    select * from {{ ref('int_crew_ties') }}
),

int_crew_meetings as (
    select * from {{ ref('int_crew_meetings') }}
),

int_visit_days as (
    select * from {{ ref('int_visit_days') }}
),

crew_members as (
    select * from {{ ref('crew_members') }}
),

present as (
    select distinct
        lowest_customer_id,
        checkin_date,
        location_number,
        unnest([customer_id_1, customer_id_2]) as customer_id,
    from int_crew_meetings
),

-- an outing is a day and place where two members or more met; it begins with the first of them
outings as (
    select
        present.lowest_customer_id,
        present.checkin_date,
        int_visit_days.location_id,
        count(*) as present_count,
        dayname(present.checkin_date) as weekday_name,
        isodow(present.checkin_date) as weekday_number,
        cast(min(int_visit_days.first_us) // 3600000000 as integer) as begin_hour,
    from present
    inner join int_visit_days
        on
            present.customer_id = int_visit_days.customer_id
            and present.location_number = int_visit_days.location_number
            and present.checkin_date = int_visit_days.checkin_date
    group by present.lowest_customer_id, present.checkin_date, int_visit_days.location_id
),

-- of several that are equally usual the first in the week, the day or the alphabet is shown
ranked as (
    select
        *,
        count(*) over (partition by lowest_customer_id, weekday_number) as weekday_outings,
        count(*) over (partition by lowest_customer_id, begin_hour) as hour_outings,
        count(*) over (partition by lowest_customer_id, location_id) as location_outings,
    from outings
),

usual as (
    select
        lowest_customer_id,
        arg_min(location_id, (-location_outings, location_id)) as usual_location_id,
        arg_min(weekday_name, (-weekday_outings, weekday_number)) as usual_weekday,
        arg_min(begin_hour, (-hour_outings, begin_hour)) as usual_hour,
        count(*) as outing_count,
        cast(round(avg(present_count), 1) as decimal(3, 1)) as members_per_outing,
        min(checkin_date) as first_outing_date,
        max(checkin_date) as last_outing_date,
    from ranked
    group by lowest_customer_id
),

ties as (
    select
        one.lowest_customer_id,
        count(*) as tie_count,
    from int_crew_ties
    inner join int_crew_members as one
        on int_crew_ties.customer_id_1 = one.customer_id
    inner join int_crew_members as other
        on int_crew_ties.customer_id_2 = other.customer_id
    where one.lowest_customer_id = other.lowest_customer_id
    group by one.lowest_customer_id
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
        int_crew_anchors.crew_id,
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
        int_crew_anchors.founding_date,
    from int_crew_anchors
    inner join usual
        on int_crew_anchors.lowest_customer_id = usual.lowest_customer_id
    inner join ties
        on int_crew_anchors.lowest_customer_id = ties.lowest_customer_id
    inner join rosters
        on int_crew_anchors.crew_id = rosters.crew_id
)

select * from crews
order by crew_id
