{{ config(materialized='table') }}
-- Grain: one row per person on whose passes guests came first.
with guest_followups as (
    select * from {{ ref('guest_followups') }}
),

guest_hazards as (
    select * from {{ ref('guest_hazards') }}
),

-- The hazard only grows, so the highest one so far is the last that is known.
hazards as (
    select distinct
        entry_kind,
        is_child,
        potential_days,
        max(cumulative_hazard) over (
            partition by entry_kind, is_child
            order by potential_days
        ) as cumulative_hazard,
    from (
        select
            entry_kind,
            is_child,
            followed_days as potential_days,
            cumulative_hazard,
        from guest_hazards
        union all
        select
            entry_kind,
            is_child,
            potential_days,
            null as cumulative_hazard,
        from guest_followups
    ) as days
),

-- For as long as a guest could be seen, whatever became of him: whoever converts early was not
-- expected to do so less than others.
by_kind as (
    select
        followups.*,
        cast(1 - exp(-hazards.cumulative_hazard) as decimal(18, 12)) as expected,
    from guest_followups as followups
    inner join hazards
        on
            followups.entry_kind = hazards.entry_kind
            and followups.is_child = hazards.is_child
            and followups.potential_days = hazards.potential_days
    where hazards.cumulative_hazard is not null
),

-- what season and party add; to scale by them moves the sum of a kind, so it is set right again
by_season as (
    select * replace ({{ scaled_to_conversions('season') }} as expected)
    from by_kind
),

by_party as (
    select * replace ({{ scaled_to_conversions('is_large_party') }} as expected)
    from by_season
),

expectations as (
    select * replace ({{ scaled_to_conversions('entry_kind, is_child') }} as expected)
    from by_party
),

-- a guest whose host is 84 % sure counts 0.84
hosts as (
    select
        host_customer_id,
        count(*) as guest_count,
        cast(sum(conversion) as decimal(12, 2)) as conversion_count,
        cast(sum(host_confidence) as decimal(12, 2)) as guests,
        cast(coalesce(sum(host_confidence) filter (where has_returned), 0) as decimal(12, 2))
            as returned,
        cast(sum(host_confidence * conversion) as decimal(12, 6)) as converted,
        -- scaled by season and party, a guest may expect more than himself
        cast(sum(host_confidence * least(expected, 1)) as decimal(12, 6)) as expected_converted,
    from expectations
    where host_customer_id is not null
    group by host_customer_id
)

select * from hosts
