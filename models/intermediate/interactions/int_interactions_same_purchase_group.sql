-- Grain: one row per date and pair who used passes of one purchase, for the dates to recompute.
with int_pass_transfers_matched as (
    select * from {{ ref('int_pass_transfers_matched') }}
),

int_interaction_dates_changed as (
    select * from {{ ref('int_interaction_dates_changed') }}
),

groups as (
    select
        int_pass_transfers_matched.checkin_date as interaction_date,
        int_pass_transfers_matched.purchaser_customer_id,
        int_pass_transfers_matched.pass_type,
        arg_min(
            int_pass_transfers_matched.purchaser_name, int_pass_transfers_matched.checkin_id
        ) as purchaser_name,
        list(distinct int_pass_transfers_matched.user_customer_id) as users,
    from int_pass_transfers_matched
    inner join int_interaction_dates_changed
        on int_pass_transfers_matched.checkin_date = int_interaction_dates_changed.interaction_date
    where int_pass_transfers_matched.purchaser_customer_id is not null
    group by
        int_pass_transfers_matched.checkin_date,
        int_pass_transfers_matched.purchaser_customer_id,
        int_pass_transfers_matched.pass_type
    having count(distinct int_pass_transfers_matched.user_customer_id) >= 2
),

group_users as (
    select
        * exclude (users),
        len(users) as group_size,
        unnest(users) as user_customer_id,
    from groups
),

group_pairs as (
    select
        one.interaction_date,
        one.user_customer_id as customer_id_1,
        other.user_customer_id as customer_id_2,
        one.purchaser_customer_id,
        one.purchaser_name,
        one.pass_type,
        one.group_size,
        -- of several groups on one day the largest describes the pair
        row_number() over (
            partition by one.interaction_date, one.user_customer_id, other.user_customer_id
            order by one.group_size desc, one.purchaser_customer_id, one.pass_type
        ) as group_rank,
        count(*) over (
            partition by one.interaction_date, one.user_customer_id, other.user_customer_id
        ) as repeat_count,
    from group_users as one
    inner join group_users as other
        on
            one.interaction_date = other.interaction_date
            and one.purchaser_customer_id = other.purchaser_customer_id
            and one.pass_type = other.pass_type
            and one.user_customer_id < other.user_customer_id
)

select * exclude (group_rank) from group_pairs
where group_rank = 1
