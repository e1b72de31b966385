{{ config(materialized='table') }}
-- Grain: one row per crew.
with crew_meetings as (
    select * from {{ ref('crew_meetings') }}
),

running as (
    select
        crew_key,
        customer_id_1,
        customer_id_2,
        checkin_date,
        sum(closeness_units) over (
            partition by customer_id_1, customer_id_2
            order by checkin_date, location_number
        ) as closeness_units,
    from crew_meetings
),

pairs as (
    select
        crew_key,
        customer_id_1,
        customer_id_2,
        min(checkin_date) as first_date,
        min(checkin_date) filter (
            where closeness_units >= cast(1000000 as bigint) * {{ var('crew_founding_closeness') }}
        ) as founding_date,
    from running
    group by crew_key, customer_id_1, customer_id_2
),

-- later meetings never move the day on which a pair came close enough, so crew_id changes only
-- where a newcomer was close to a member before the founding pair was
anchors as (
    select
        crew_key,
        customer_id_1 || '-' || customer_id_2 as crew_id,
        coalesce(founding_date, first_date) as founding_date,
    from pairs
    qualify
        row_number() over (
            partition by crew_key
            order by
                founding_date is null,
                coalesce(founding_date, first_date),
                customer_id_1,
                customer_id_2
        ) = 1
)

select * from anchors
