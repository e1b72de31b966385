-- Grain: one row per date, interaction_type and pair, for the dates to recompute.
with interaction_dates_changed as (
    select * from {{ ref('interaction_dates_changed') }}
),

interactions_same_day_checkin as (
    select * from {{ ref('interactions_same_day_checkin') }}
),

interactions_shared_pass as (
    select * from {{ ref('interactions_shared_pass') }}
),

interactions_same_purchase_group as (
    select * from {{ ref('interactions_same_purchase_group') }}
),

interactions_family_membership as (
    select * from {{ ref('interactions_family_membership') }}
),

interactions as (
    select
        interaction_date,
        'same_day_checkin' as interaction_type,
        customer_id_1,
        customer_id_2,
        json_object(
            'time_diff_minutes', cast(round(gap_us / 60000000, 1) as decimal(5, 1)),
            'location', location_name,
            'count', repeat_count
        ) as metadata,
    from interactions_same_day_checkin
    union all
    select
        interaction_date,
        interaction_type,
        customer_id_1,
        customer_id_2,
        case interaction_type
            when 'shared_pass'
                then json_object(
                    'pass_type', pass_type,
                    'remaining', remaining_count,
                    'checkin_id', checkin_id,
                    'purchaser_name', purchaser_name,
                    'count', repeat_count
                )
            else json_object(
                'host_name', purchaser_name, 'checkin_id', checkin_id, 'count', repeat_count
            )
        end as metadata,
    from interactions_shared_pass
    union all
    select
        interaction_date,
        'same_purchase_group' as interaction_type,
        customer_id_1,
        customer_id_2,
        json_object(
            'purchaser_name', purchaser_name,
            'pass_type', pass_type,
            'group_size', group_size,
            'group_rule', group_rule,
            'count', repeat_count
        ) as metadata,
    from interactions_same_purchase_group
    union all
    select
        interactions_family_membership.interaction_date,
        'family_membership' as interaction_type,
        interactions_family_membership.customer_id_1,
        interactions_family_membership.customer_id_2,
        json_object(
            'membership_id', interactions_family_membership.membership_id,
            'membership_name', interactions_family_membership.membership_name,
            'member_ids', interactions_family_membership.member_ids,
            'count', interactions_family_membership.repeat_count
        ) as metadata,
    from interactions_family_membership
    inner join interaction_dates_changed
        on
            interactions_family_membership.interaction_date
            = interaction_dates_changed.interaction_date
)

select * from interactions
