-- Grain: one row per check-in on a pass that names another person as its buyer.
with int_pass_transfers_matched as (
    select * from {{ ref('int_pass_transfers_matched') }}
),

transfers as (
    select
        checkin_id,
        checkin_datetime,
        transfer_type,
        pass_type,
        purchaser_name,
        user_customer_id,
        user_first_name,
        user_last_name,
        remaining_count,
        is_punch_pass,
        is_youth_pass,
        entry_method,
        location_name,
        purchaser_customer_id,
        match_method,
        match_confidence,
    from int_pass_transfers_matched
)

select * from transfers
order by checkin_datetime, checkin_id
