{{ config(materialized='table') }}
-- Grain: one row per check-in on a pass whose buyer's name identifies a child.
with pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

people as (
    select * from {{ ref('people') }}
),

names_carried as (
    select * from {{ ref('names_carried') }}
),

transfers as (
    select
        checkin_id,
        purchaser_name,
        {{ name_key('purchaser_name') }} as name_key,
        purchaser_customer_id,
        best_candidate_id,
        checkin_date,
    from pass_transfers_matched
),

-- an accepted buyer counts, whatever the text; a mere candidate where no adult has that name
withheld as (
    select
        transfers.checkin_id,
        transfers.purchaser_name,
        transfers.checkin_date,
    from transfers
    left join people as purchaser
        on transfers.purchaser_customer_id = purchaser.customer_id
    left join people as candidate
        on transfers.best_candidate_id = candidate.customer_id
    left join names_carried
        on transfers.name_key = names_carried.name_key
    where
        coalesce(purchaser.age_group != 'adult', false)
        or (
            not coalesce(names_carried.is_of_an_adult, false)
            and (
                coalesce(names_carried.is_of_a_child, false)
                or coalesce(candidate.age_group != 'adult', false)
            )
        )
)

select * from withheld
