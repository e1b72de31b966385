-- Grain: one row per place, date and span in which too many arrived to count as meetings.
with arrivals as (
    select * from {{ ref('arrivals') }}
),

spans as (
    select
        *,
        cast(if(crowd = 'one moment', 1, 60 * {{ var('crowd_minutes') }}) as bigint) as seconds,
    from arrivals
    where crowd is not null
),

moments as (
    select
        location_id,
        checkin_date,
        crowd,
        -- the day's microseconds are those of the gym's clock but for the hours before it changes
        cast(checkin_date as timestamp)
        + to_microseconds(arrived_us // (1000000 * seconds) * 1000000 * seconds) as begins_at,
        count(*) as arrival_count,
        count(distinct person_id) as person_count,
    from spans
    group by location_id, checkin_date, crowd, begins_at
)

select * from moments
order by begins_at, location_id, crowd
