-- Grain: one row per transfer check-in and customer who may have bought its pass.
with match_groups as (
    select * from {{ ref('match_groups') }}
),

match_name_weights as (
    select * from {{ ref('match_name_weights') }}
),

-- Users of a pass of the group did not buy it.
users as (
    select distinct
        events.purchaser_group_id,
        events.user_customer_id,
    from match_groups as events
),

candidates as (
    select
        events.checkin_id,
        events.purchaser_group_id,
        name_candidates.customer_id,
        events.user_customer_id,
        events.location_id,
        events.pass_type,
        events.pass_kind,
        name_candidates.first_name_agreement,
        name_candidates.last_name_agreement,
        events.remaining_count,
        name_candidates.name_weight,
        events.checkin_date,
        events.checkin_datetime,
    from match_groups as events
    inner join match_name_weights as name_candidates
        on events.written_name = name_candidates.written_name
    left join users
        on
            events.purchaser_group_id = users.purchaser_group_id
            and name_candidates.customer_id = users.user_customer_id
    where users.user_customer_id is null
)

select * from candidates
