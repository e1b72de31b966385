{{ config(materialized='table') }}
-- Grain: one row per date on which anything happened.
with visit_days as (
    select * from {{ ref('visit_days') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

interactions_family_membership as (
    select * from {{ ref('interactions_family_membership') }}
),

-- hash every column that an interaction shows, or its edits go unnoticed
inputs as (
    select
        checkin_date as interaction_date,
        hash(customer_id, person_id, location_id, location_name, arrivals_us) as input_hash,
    from visit_days
    union all
    select
        checkin_date as interaction_date,
        hash(
            checkin_id, user_customer_id, purchaser_customer_id, transfer_type, pass_type,
            purchaser_name, remaining_count, linked_paid_date, person_records.person_id
        ) as input_hash,
    from pass_transfers_matched
    left join person_records
        on pass_transfers_matched.user_customer_id = person_records.customer_id
    where purchaser_customer_id is not null
    union all
    select
        interaction_date,
        hash(*columns(*)) as input_hash,
    from interactions_family_membership
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
    from inputs
    group by interaction_date
)

select * from fingerprints
