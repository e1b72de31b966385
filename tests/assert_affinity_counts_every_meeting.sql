-- A pair's together_count is its number of days and places of meeting, its same_day_checkin
-- interactions the number of these days: equal with one location, and with more of them larger by
-- one for each further place at which the pair met on one day. Both are counted anew here, from
-- the arrivals and in another way.
with arrivals as (
    select * from {{ ref('arrivals') }}
    where crowd is null
),

customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

pair_affinity as (
    select * from {{ ref('pair_affinity') }}
),

meetings as (
    select distinct
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
        one.checkin_date,
        one.location_id,
    from arrivals as one
    inner join arrivals as other
        on
            one.checkin_date = other.checkin_date
            and one.location_id = other.location_id
            and one.customer_id < other.customer_id
            and one.person_id != other.person_id
            and other.arrived_us between
            one.arrived_us - cast({{ var('meeting_window_minutes') }} as bigint) * 60000000
            and one.arrived_us + cast({{ var('meeting_window_minutes') }} as bigint) * 60000000
),

days as (
    select
        customer_id_1,
        customer_id_2,
        checkin_date,
        count(*) as place_count,
    from meetings
    group by customer_id_1, customer_id_2, checkin_date
),

counted as (
    select
        customer_id_1,
        customer_id_2,
        cast(sum(place_count) as bigint) as places_and_days,
        count(*) as days,
    from days
    group by customer_id_1, customer_id_2
),

interactions as (
    select
        customer_id_1,
        customer_id_2,
        count(*) as interaction_count,
    from customer_interactions
    where interaction_type = 'same_day_checkin'
    group by customer_id_1, customer_id_2
)

select
    counted.*,
    pair_affinity.together_count,
    interactions.interaction_count,
from counted
full join pair_affinity
    on
        counted.customer_id_1 = pair_affinity.customer_id_1
        and counted.customer_id_2 = pair_affinity.customer_id_2
full join interactions
    on
        counted.customer_id_1 = interactions.customer_id_1
        and counted.customer_id_2 = interactions.customer_id_2
where
    counted.places_and_days is distinct from pair_affinity.together_count
    or counted.days is distinct from interactions.interaction_count
