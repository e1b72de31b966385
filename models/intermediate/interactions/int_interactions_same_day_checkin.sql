-- Grain: one row per date and pair of customers who met, for the dates to recompute.
with stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

int_interaction_dates_changed as (
    select * from {{ ref('int_interaction_dates_changed') }}
),

-- a bucket is as long as the window, so whom one meets is in the same bucket or a neighbouring one
arrivals as (
    select
        stg_capitan__checkins.customer_id,
        stg_capitan__checkins.location_id,
        stg_capitan__checkins.location_name,
        stg_capitan__checkins.checkin_date,
        epoch_us(stg_capitan__checkins.checkin_datetime) as arrived_us,
        epoch_us(stg_capitan__checkins.checkin_datetime)
        // greatest({{ affinity_window_us() }}, 1) as bucket,
        count(*) over (
            partition by stg_capitan__checkins.customer_id, stg_capitan__checkins.checkin_date
        ) > 1 as is_repeated,
    from stg_capitan__checkins
    inner join int_interaction_dates_changed
        on stg_capitan__checkins.checkin_date = int_interaction_dates_changed.interaction_date
),

reachable as (
    select
        arrivals.* exclude (bucket),
        arrivals.bucket + steps.step as bucket,
    from arrivals
    cross join (values (-1), (0), (1)) as steps (step)
),

meetings as (
    select
        one.checkin_date as interaction_date,
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
        one.location_id,
        least(one.location_name, other.location_name) as location_name,
        abs(one.arrived_us - other.arrived_us) as apart_us,
        one.is_repeated or other.is_repeated as is_repeated,
    from arrivals as one
    inner join reachable as other
        on
            one.checkin_date = other.checkin_date
            and one.location_id = other.location_id
            and one.bucket = other.bucket
            and one.customer_id < other.customer_id
            and abs(one.arrived_us - other.arrived_us) <= {{ affinity_window_us() }}
),

-- who came once that day met another once: only the few others need to be grouped
closest as (
    select
        interaction_date,
        customer_id_1,
        customer_id_2,
        location_name,
        apart_us,
        1 as repeat_count,
    from meetings
    where not is_repeated
    union all
    select
        interaction_date,
        customer_id_1,
        customer_id_2,
        arg_min(location_name, (apart_us, location_id)) as location_name,
        min(apart_us) as apart_us,
        count(*) as repeat_count,
    from meetings
    where is_repeated
    group by interaction_date, customer_id_1, customer_id_2
)

select * from closest
