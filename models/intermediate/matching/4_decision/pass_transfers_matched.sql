-- Grain: one row per check-in on a pass that names another person as its buyer.
with core_pass_uses as (
    select * from {{ ref('core_pass_uses') }}
),

match_purchasers as (
    select * from {{ ref('match_purchasers') }}
),

matched as (
    select
        core_pass_uses.*,
        match_purchasers.* exclude (checkin_id),
    from core_pass_uses
    inner join match_purchasers
        on core_pass_uses.checkin_id = match_purchasers.checkin_id
)

select * from matched
