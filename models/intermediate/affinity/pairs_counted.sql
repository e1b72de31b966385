{{ config(materialized='table') }}
-- Grain: one row per pair of customers who met, or who would have met twice or more with one
-- calendar shifted by a week.
with visit_days as (
    select * from {{ ref('visit_days') }}
),

pairs_by_month as (
    select * from {{ ref('pairs_by_month') }}
),

met as (
    select
        customer_id_1,
        customer_id_2,
        cast(sum(together_count) as integer) as together_count,
        cast(sum(closeness_units) as bigint) as closeness_units,
        cast(sum(rush_units) as bigint) as rush_units,
        {{ affinity_place_count('location_number') }} as place_count,
        min(closest_us) as closest_us,
    from pairs_by_month
    group by customer_id_1, customer_id_2
),

rushes as (
    select * from {{ ref('rushes') }}
),

week_later as (
    {{ meetings(1) }}
),

placebos as (
    select
        customer_id_1,
        customer_id_2,
        cast(count(*) as integer) as placebo_count,
        cast(sum({{ affinity_closeness_units('gap_us') }}) as bigint) as placebo_closeness_units,
        cast(
            coalesce(
                sum({{ affinity_closeness_units('gap_us') }})
                    filter (where rushes.span is not null),
                0
            ) as bigint
        ) as placebo_rush_units,
        {{ affinity_place_count('week_later.location_number') }} as placebo_place_count,
    from week_later
    left join rushes
        on
            week_later.location_number = rushes.location_number
            and week_later.checkin_date = rushes.checkin_date
            and {{ affinity_span('week_later.later_arrival_us') }} = rushes.span
    group by customer_id_1, customer_id_2
),

counts as (
    select
        coalesce(met.customer_id_1, placebos.customer_id_1) as customer_id_1,
        coalesce(met.customer_id_2, placebos.customer_id_2) as customer_id_2,
        coalesce(met.together_count, 0) as together_count,
        coalesce(met.closeness_units, 0) as closeness_units,
        coalesce(met.rush_units, 0) as rush_units,
        coalesce(met.place_count, 0) as place_count,
        met.closest_us,
        coalesce(placebos.placebo_count, 0) as placebo_count,
        coalesce(placebos.placebo_closeness_units, 0) as placebo_closeness_units,
        coalesce(placebos.placebo_rush_units, 0) as placebo_rush_units,
        coalesce(placebos.placebo_place_count, 0) as placebo_place_count,
    from met
    full join placebos
        on
            met.customer_id_1 = placebos.customer_id_1
            and met.customer_id_2 = placebos.customer_id_2
    where met.together_count > 0 or placebos.placebo_count >= 2
)

select * from counts
