{{ config(materialized='table') }}
-- Grain: one row per crew.
with int_crew_ties as (
    select * from {{ ref('int_crew_ties') }}
),

int_crew_meetings as (
    select * from {{ ref('int_crew_meetings') }}
),

-- a pair is established on the day of the meeting that made it count
established as (
    select
        int_crew_meetings.lowest_customer_id,
        int_crew_meetings.customer_id_1,
        int_crew_meetings.customer_id_2,
        int_crew_meetings.checkin_date as established_on,
    from int_crew_meetings
    inner join int_crew_ties
        on
            int_crew_meetings.customer_id_1 = int_crew_ties.customer_id_1
            and int_crew_meetings.customer_id_2 = int_crew_ties.customer_id_2
    qualify
        row_number() over (
            partition by int_crew_meetings.customer_id_1, int_crew_meetings.customer_id_2
            order by int_crew_meetings.checkin_date, int_crew_meetings.location_number
        ) = {{ var('crew_min_meetings', 3) }}
),

anchors as (
    select
        lowest_customer_id,
        customer_id_1 || '-' || customer_id_2 as crew_id,
        established_on,
        count(*) over (partition by lowest_customer_id) as tie_count,
    from established
    qualify
        row_number() over (
            partition by lowest_customer_id
            order by established_on, customer_id_1, customer_id_2
        ) = 1
)

select * from anchors
