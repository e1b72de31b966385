{{ config(materialized='table') }}
-- Grain: one row per pair in pairs_counted who would have met with one calendar shifted by a week
-- the other way, or by two weeks either way.
with visit_days as (
    select * from {{ ref('visit_days') }}
),

pairs_counted as (
    select * from {{ ref('pairs_counted') }}
),

shifted_meetings as (
    {{ meetings(-1, 'pairs_counted') }}
    union all
    {{ meetings(2, 'pairs_counted') }}
    union all
    {{ meetings(-2, 'pairs_counted') }}
),

shifts as (
    select
        customer_id_1,
        customer_id_2,
        cast(count(*) as integer) as shifted_count,
        cast(sum({{ affinity_closeness_units('gap_us') }}) as bigint) as shifted_closeness_units,
    from shifted_meetings
    group by customer_id_1, customer_id_2
)

select * from shifts
