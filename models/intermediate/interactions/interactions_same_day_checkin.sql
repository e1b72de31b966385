-- Grain: one row per date and pair of customers who met, for the dates to recompute.
with interaction_dates_changed as (
    select * from {{ ref('interaction_dates_changed') }}
),

visit_days as (
    select visits.*
    from {{ ref('visit_days') }} as visits
    inner join interaction_dates_changed
        on visits.checkin_date = interaction_dates_changed.interaction_date
),

meetings as (
    {{ meetings() }}
),

-- two may meet at several places in a day
closest as (
    select
        checkin_date as interaction_date,
        customer_id_1,
        customer_id_2,
        arg_min(location_name, (gap_us, location_number)) as location_name,
        min(gap_us) as gap_us,
        cast(sum(arrival_pair_count) as bigint) as repeat_count,
    from meetings
    group by checkin_date, customer_id_1, customer_id_2
)

select * from closest
