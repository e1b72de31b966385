{{ config(materialized='table') }}
-- Grain: one row per date on which anything happened.
with interaction_inputs as (
    select * from {{ ref('interaction_inputs') }}
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
    from interaction_inputs
    group by interaction_date
)

select * from fingerprints
