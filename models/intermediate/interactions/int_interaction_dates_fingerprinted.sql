{{ config(materialized='table') }}
-- Grain: one row per date on which anything happened.
with int_interaction_inputs as (
    select * from {{ ref('int_interaction_inputs') }}
),

fingerprints as (
    select
        interaction_date,
        -- a sum, not an exclusive or: two equal facts must not cancel each other
        md5(
            concat_ws(
                '-', count(*), sum(input_hash), '{{ rules_fingerprint("customer_interactions") }}'
            )
        ) as fingerprint,
    from int_interaction_inputs
    group by interaction_date
)

select * from fingerprints
