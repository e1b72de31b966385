-- Grain: one row per fact that a date's interactions depend on.
with int_arrivals as (
    select * from {{ ref('int_arrivals') }}
),

int_persons as (
    select * from {{ ref('int_persons') }}
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
        hash(customer_id, person_id, location_id, location_name, arrived_us) as input_hash,
    from int_arrivals
    union all
    select
        checkin_date as interaction_date,
        hash(
            checkin_id, user_customer_id, purchaser_customer_id, transfer_type, pass_type,
            purchaser_name, remaining_count, linked_date, int_persons.person_id
        ) as input_hash,
    from int_pass_transfers_matched
    left join int_persons
        on int_pass_transfers_matched.user_customer_id = int_persons.customer_id
    where purchaser_customer_id is not null
    union all
    select
        interaction_date,
        hash(*columns(*)) as input_hash,
    from int_interactions_family_membership
)

select * from inputs
