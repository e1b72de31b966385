{{ config(materialized='table') }}
-- Grain: one row per pair of customers who met, or who would have met twice or more with one
-- calendar slid by a week.
with int_visit_days as (
    select * from {{ ref('int_visit_days') }}
),

int_pair_months as (
    select * from {{ ref('int_pair_months') }}
),

met as (
    select
        customer_id_1,
        customer_id_2,
        cast(sum(together_count) as integer) as together_count,
        cast(sum(closeness_units) as bigint) as closeness_units,
        min(closest_us) as closest_us,
    from int_pair_months
    group by customer_id_1, customer_id_2
),

week_later as (
    {{ affinity_slid_pairs(1) }}
),

decoys as (
    select
        customer_id_1,
        customer_id_2,
        cast(count(*) as integer) as decoy_count,
        cast(sum({{ affinity_closeness_units('apart_us') }}) as bigint) as decoy_closeness_units,
    from week_later
    group by customer_id_1, customer_id_2
),

counts as (
    select
        coalesce(met.customer_id_1, decoys.customer_id_1) as customer_id_1,
        coalesce(met.customer_id_2, decoys.customer_id_2) as customer_id_2,
        coalesce(met.together_count, 0) as together_count,
        coalesce(met.closeness_units, 0) as closeness_units,
        met.closest_us,
        coalesce(decoys.decoy_count, 0) as decoy_count,
        coalesce(decoys.decoy_closeness_units, 0) as decoy_closeness_units,
    from met
    full join decoys
        on
            met.customer_id_1 = decoys.customer_id_1
            and met.customer_id_2 = decoys.customer_id_2
    where met.together_count > 0 or decoys.decoy_count >= 2
)

select * from counts
