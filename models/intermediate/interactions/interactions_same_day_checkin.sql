-- Grain: one row per date and pair of customers who met, for the dates to recompute.
with arrivals as (
    select * from {{ ref('arrivals') }}
),

interaction_dates_changed as (
    select * from {{ ref('interaction_dates_changed') }}
),

-- a bucket is as long as the window, so whom one meets is in the same bucket or a neighbouring one
bucketed as (
    select
        arrivals.customer_id,
        arrivals.person_id,
        arrivals.location_id,
        arrivals.location_name,
        arrivals.checkin_date,
        arrivals.arrived_us,
        arrivals.arrived_us // greatest({{ affinity_window_us() }}, 1) as bucket,
        count(*) over (
            partition by arrivals.customer_id, arrivals.checkin_date
        ) > 1 as is_repeated,
    from arrivals
    inner join interaction_dates_changed
        on arrivals.checkin_date = interaction_dates_changed.interaction_date
),

reachable as (
    select
        bucketed.* exclude (bucket),
        bucketed.bucket + steps.step as bucket,
    from bucketed
    cross join (values (-1), (0), (1)) as steps (step)
),

meetings as (
    select
        one.checkin_date as interaction_date,
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
        one.location_id,
        least(one.location_name, other.location_name) as location_name,
        abs(one.arrived_us - other.arrived_us) as gap_us,
        one.is_repeated or other.is_repeated as is_repeated,
    from bucketed as one
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
        gap_us,
        1 as repeat_count,
    from meetings
    where not is_repeated
    union all
    select
        interaction_date,
        customer_id_1,
        customer_id_2,
        arg_min(location_name, (gap_us, location_id)) as location_name,
        min(gap_us) as gap_us,
        count(*) as repeat_count,
    from meetings
    where is_repeated
    group by interaction_date, customer_id_1, customer_id_2
)

select * from closest
