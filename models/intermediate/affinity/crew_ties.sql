{{ config(materialized='table') }}
-- Grain: one row per pair of customers whose tie is significant enough to make a crew.
with pair_affinity as (
    select * from {{ ref('pair_affinity') }}
),

ties as (
    select
        customer_id_1,
        customer_id_2,
        tie_probability,
        -- the highest probability is shared by many ties; among these the bits decide
        case
            when tie_probability = max(tie_probability) over () then floor(affinity_bits * 2)
            else 0
        end as half_bits_at_the_ceiling,
    from pair_affinity
    where
        tie_probability >= {{ var('affinity_together_probability') }}
        and together_count >= {{ var('crew_min_meetings') }}
),

ladder as (
    select
        customer_id_1,
        customer_id_2,
        cast(
            dense_rank() over (order by tie_probability, half_bits_at_the_ceiling) as integer
        ) as tie_rank,
    from ties
)

select * from ladder
