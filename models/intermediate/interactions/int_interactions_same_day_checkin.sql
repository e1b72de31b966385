-- Grain: one row per date and pair of customers who met, for the dates to recompute.
with stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

int_interaction_dates_changed as (
    select * from {{ ref('int_interaction_dates_changed') }}
),

arrivals as (
    select
        stg_capitan__checkins.customer_id,
        stg_capitan__checkins.location_id,
        stg_capitan__checkins.location_name,
        stg_capitan__checkins.checkin_date,
        epoch_us(stg_capitan__checkins.checkin_datetime) as arrived_us,
    from stg_capitan__checkins
    inner join int_interaction_dates_changed
        on stg_capitan__checkins.checkin_date = int_interaction_dates_changed.interaction_date
),

meetings as (
    select
        one.checkin_date as interaction_date,
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
        one.location_id,
        least(one.location_name, other.location_name) as location_name,
        abs(one.arrived_us - other.arrived_us) as apart_us,
    from arrivals as one
    inner join arrivals as other
        on
            one.checkin_date = other.checkin_date
            and one.location_id = other.location_id
            and one.customer_id < other.customer_id
            and abs(one.arrived_us - other.arrived_us)
            <= {{ var('meeting_window_minutes') }} * 60000000
),

closest as (
    select
        interaction_date,
        customer_id_1,
        customer_id_2,
        arg_min(location_name, (apart_us, location_id)) as location_name,
        min(apart_us) as apart_us,
        count(*) as repeat_count,
    from meetings
    group by interaction_date, customer_id_1, customer_id_2
)

select * from closest
