-- Grain: one row per date, interaction_type (shared_pass, frequent_guest) and pair, for the dates
-- to recompute.
with pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

interaction_dates_changed as (
    select * from {{ ref('interaction_dates_changed') }}
),

-- a guest pass says two things about a pair, so it stands here once for each
by_type as (
    select
        *,
        unnest(
            case
                when transfer_type = 'guest_pass' then ['shared_pass', 'frequent_guest']
                else ['shared_pass']
            end
        ) as interaction_type,
    from pass_transfers_matched
    where purchaser_customer_id is not null
),

pairs as (
    select
        by_type.checkin_date as interaction_date,
        by_type.interaction_type,
        least(by_type.user_customer_id, by_type.purchaser_customer_id) as customer_id_1,
        greatest(by_type.user_customer_id, by_type.purchaser_customer_id) as customer_id_2,
        min(by_type.checkin_id) as checkin_id,
        arg_min(by_type.pass_type, by_type.checkin_id) as pass_type,
        arg_min(by_type.purchaser_name, by_type.checkin_id) as purchaser_name,
        arg_min_null(by_type.remaining_count, by_type.checkin_id) as remaining_count,
        count(*) as repeat_count,
    from by_type
    inner join interaction_dates_changed
        on by_type.checkin_date = interaction_dates_changed.interaction_date
    group by
        by_type.checkin_date,
        by_type.interaction_type,
        least(by_type.user_customer_id, by_type.purchaser_customer_id),
        greatest(by_type.user_customer_id, by_type.purchaser_customer_id)
)

select * from pairs
