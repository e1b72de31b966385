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
        min(closest_us) as closest_us,
    from pairs_by_month
    group by customer_id_1, customer_id_2
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
    from week_later
    group by customer_id_1, customer_id_2
),

counts as (
    select
        coalesce(met.customer_id_1, placebos.customer_id_1) as customer_id_1,
        coalesce(met.customer_id_2, placebos.customer_id_2) as customer_id_2,
        coalesce(met.together_count, 0) as together_count,
        coalesce(met.closeness_units, 0) as closeness_units,
        met.closest_us,
        coalesce(placebos.placebo_count, 0) as placebo_count,
        coalesce(placebos.placebo_closeness_units, 0) as placebo_closeness_units,
    from met
    full join placebos
        on
            met.customer_id_1 = placebos.customer_id_1
            and met.customer_id_2 = placebos.customer_id_2
    where met.together_count > 0 or placebos.placebo_count >= 2
)

select * from counts
