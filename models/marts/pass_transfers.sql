-- Grain: one row per check-in on a pass that names another person as its buyer.
with pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
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
        best_candidate_id,
        runner_up_customer_id,
        same_day_checkin_id,
        linked_transaction_id,
        transaction_link_method,
        duplicate_customer_ids,
        first_name_agreement,
        last_name_agreement,
        runner_up_confidence,
        probability_margin,
        probability_not_a_customer,
        candidate_count,
        match_weight_prior,
        match_weight_name,
        match_weight_same_day,
        match_weight_household,
        match_weight_member,
        match_weight_activity,
        match_weight_record,
        match_weight_payment,
        match_weight_total,
        match_weight_not_a_customer,
        transaction_link_confidence,
        linked_paid_amount,
        linked_pass_count,
        linked_equal_payments,
        linked_paid_date,
        uses_decided_together,
        parameter_version,
    from pass_transfers_matched
)

select * from transfers
order by checkin_datetime, checkin_id
