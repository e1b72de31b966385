{{ config(materialized='table') }}
-- Grain: one row per pair in int_pair_counts who would have met with one calendar slid by a week
-- the other way, or by two weeks either way.
with int_visit_days as (
    select * from {{ ref('int_visit_days') }}
),

int_pair_counts as (
    select * from {{ ref('int_pair_counts') }}
),

slid_meetings as (
    {{ affinity_slid_pairs(-1, 'int_pair_counts') }}
    union all
    {{ affinity_slid_pairs(2, 'int_pair_counts') }}
    union all
    {{ affinity_slid_pairs(-2, 'int_pair_counts') }}
),

slides as (
    select
        customer_id_1,
        customer_id_2,
        cast(count(*) as integer) as slid_count,
    from slid_meetings
    group by customer_id_1, customer_id_2
)

select * from slides
