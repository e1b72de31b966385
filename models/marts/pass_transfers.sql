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
        best_candidate_id,
        runner_up_customer_id,
        same_day_checkin_id,
        linked_transaction_id,
        duplicate_customer_ids,
        first_level,
        last_level,
        runner_up_confidence,
        margin,
        p_absent,
        n_candidates,
        w_prior,
        w_name,
        w_same_day,
        w_household,
        w_member,
        w_activity,
        w_record,
        w_transaction,
        w_total,
        w_absent,
        transaction_link_confidence,
        linked_price,
        linked_group_size,
        linked_date,
        pooled_events,
        parameter_version,
    from int_pass_transfers_matched
)

select * from transfers
order by checkin_datetime, checkin_id
