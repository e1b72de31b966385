-- Grain: one row per entry kind, child or adult, and length of a follow-up.
with guest_followups as (
    select * from {{ ref('guest_followups') }}
),

ended as (
    select
        entry_kind,
        is_child,
        followed_days,
        count(*) as guest_count,
        sum(conversion) as conversions,
    from guest_followups
    group by entry_kind, is_child, followed_days
),

followed as (
    select
        *,
        sum(guest_count) over (
            partition by entry_kind, is_child
            order by followed_days desc
        ) as at_risk,
    from ended
),

-- decimals add up to the same sum in any order
hazards as (
    select
        entry_kind,
        is_child,
        followed_days,
        cast(at_risk as bigint) as at_risk,
        conversions,
        sum(cast(conversions / at_risk as decimal(18, 12))) over (
            partition by entry_kind, is_child
            order by followed_days
        ) as cumulative_hazard,
    from followed
)

select * from hazards
