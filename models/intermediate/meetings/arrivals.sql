{{ config(materialized='table') }}
-- Grain: one row per check-in of a person at a known place and time of day.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

arrivals as (
    select
        checkins.checkin_id,
        checkins.customer_id,
        coalesce(person_records.person_id, checkins.customer_id) as person_id,
        checkins.location_id,
        checkins.location_name,
        checkins.checkin_date,
        {{ arrived_us('checkins.checkin_instant', 'checkins.checkin_date') }} as arrived_us,
    from core_checkins as checkins
    anti join placeholder_records
        on checkins.customer_id = placeholder_records.customer_id
    left join person_records
        on checkins.customer_id = person_records.customer_id
    where
        checkins.location_id is not null
        and checkins.has_time_of_day
),

seconds as (
    select
        location_id,
        checkin_date,
        arrived_us // 1000000 as arrived_second,
        count(*) as arrival_count,
    from arrivals
    group by location_id, checkin_date, arrived_second
),

-- where a clock shows whole minutes, all arrivals of a minute share one moment
clocks as (
    select
        location_id,
        case
            when count(*) filter (where arrived_second % 60 != 0) >= 0.5 * count(*)
                then {{ var('crowd_arrivals_in_a_second') }}
            else {{ var('crowd_arrivals_in_a_minute') }}
        end as crowd_arrivals,
    from seconds
    group by location_id
),

judged as (
    select
        seconds.*,
        seconds.arrival_count >= clocks.crowd_arrivals as is_crowd,
    from seconds
    inner join clocks
        on seconds.location_id = clocks.location_id
),

crowded_seconds as (
    select * from judged where is_crowd
),

crowded_spans as (
    select
        location_id,
        checkin_date,
        arrived_second // (60 * {{ var('crowd_minutes') }}) as span,
    from judged
    where not is_crowd
    group by location_id, checkin_date, span
    having sum(arrival_count) > {{ var('crowd_arrivals') }}
)

select
    arrivals.*,
    case
        when crowded_seconds.arrival_count is not null then 'one moment'
        when crowded_spans.span is not null then '{{ var("crowd_minutes") }} minutes'
    end as crowd,
from arrivals
left join crowded_seconds
    on
        arrivals.location_id = crowded_seconds.location_id
        and arrivals.checkin_date = crowded_seconds.checkin_date
        and arrivals.arrived_us // 1000000 = crowded_seconds.arrived_second
left join crowded_spans
    on
        arrivals.location_id = crowded_spans.location_id
        and arrivals.checkin_date = crowded_spans.checkin_date
        and arrivals.arrived_us // 1000000 // (60 * {{ var('crowd_minutes') }})
        = crowded_spans.span
