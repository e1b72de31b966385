-- Grain: one row per fact that a date's interactions depend on.
with stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

int_pass_transfers_matched as (
    select * from {{ ref('int_pass_transfers_matched') }}
),

int_interactions_family_membership as (
    select * from {{ ref('int_interactions_family_membership') }}
),

inputs as (
    select
        checkin_date as interaction_date,
        hash(customer_id, location_id, location_name, checkin_datetime) as input_hash,
    from stg_capitan__checkins
    union all
    select
        checkin_date as interaction_date,
        hash(
            checkin_id, user_customer_id, purchaser_customer_id, transfer_type, pass_type,
            purchaser_name, remaining_count, linked_date
        ) as input_hash,
    from int_pass_transfers_matched
    where purchaser_customer_id is not null
    union all
    select
        interaction_date,
        hash(*columns(*)) as input_hash,
    from int_interactions_family_membership
)

select * from inputs
