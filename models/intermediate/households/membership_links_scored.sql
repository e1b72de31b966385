{{ config(materialized='table') }}
-- Grain: one row per two seats of one roster block, in both directions, with points above 0.
with seats as (
    select * from {{ ref('membership_seats') }}
),

relations as (
    select * from {{ ref('core_relations') }}
),

related as (
    select
        customer_id,
        related_customer_id,
    from relations
    union
    select
        related_customer_id as customer_id,
        customer_id as related_customer_id,
    from relations
),

links as (
    select
        seats.seat_id,
        other_seats.seat_id as other_seat_id,
        {{ household_points('seats', 'other_seats', 'related.customer_id is not null') }}
            as kinship,
    from seats
    inner join seats as other_seats
        on
            seats.roster_block = other_seats.roster_block
            and seats.seat_id <> other_seats.seat_id
    left join related
        on
            seats.customer_id = related.customer_id
            and other_seats.customer_id = related.related_customer_id
    where kinship > 0
),

-- Ids that follow each other may be strangers who stood in one queue. These points alone make a
-- household only where one of the two seats has no closer one.
scored as (
    select
        seat_id,
        other_seat_id,
        kinship,
        kinship >= {{ var('household_points_certain') }}
        or (
            kinship >= {{ var('household_points_enough') }}
            and kinship in (
                max(kinship) over (partition by seat_id),
                max(kinship) over (partition by other_seat_id)
            )
        ) as is_kin,
    from links
)

select * from scored
