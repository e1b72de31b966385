-- Grain: one row per check-in on a pass that names another person as its buyer.
with int_pass_transfers_parsed as (
    select * from {{ ref('int_pass_transfers_parsed') }}
),

int_purchasers_matched as (
    select * from {{ ref('int_purchasers_matched') }}
),

matched as (
    select
        int_pass_transfers_parsed.*,
        int_purchasers_matched.* exclude (checkin_id),
    from int_pass_transfers_parsed
    inner join int_purchasers_matched
        on int_pass_transfers_parsed.checkin_id = int_purchasers_matched.checkin_id
)

select * from matched
