-- Grain: one row per fact that a date's interactions depend on.
with arrivals as (
    select * from {{ ref('arrivals') }}
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

inputs as (
    select
        checkin_date as interaction_date,
        hash(customer_id, person_id, location_id, location_name, arrived_us) as input_hash,
    from arrivals
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
)

select * from inputs
