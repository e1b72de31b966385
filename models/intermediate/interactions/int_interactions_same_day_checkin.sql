-- Grain: one row per date and pair of customers who met, for the dates to recompute.
with int_arrivals as (
    select * from {{ ref('int_arrivals') }}
),

int_interaction_dates_changed as (
    select * from {{ ref('int_interaction_dates_changed') }}
),

-- a bucket is as long as the window, so whom one meets is in the same bucket or a neighbouring one
arrivals as (
    select
        int_arrivals.customer_id,
        int_arrivals.person_id,
        int_arrivals.location_id,
        int_arrivals.location_name,
        int_arrivals.checkin_date,
        int_arrivals.arrived_us,
        int_arrivals.arrived_us // greatest({{ affinity_window_us() }}, 1) as bucket,
        count(*) over (
            partition by int_arrivals.customer_id, int_arrivals.checkin_date
        ) > 1 as is_repeated,
    from int_arrivals
    inner join int_interaction_dates_changed
        on int_arrivals.checkin_date = int_interaction_dates_changed.interaction_date
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
            -- nobody meets himself
            and one.person_id != other.person_id
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
