-- Grain: one row per person on whose passes guests came first.
with guest_followups as (
    select * from {{ ref('guest_followups') }}
),

guest_hazards as (
    select * from {{ ref('guest_hazards') }}
),

by_kind as (
    select
        followups.*,
        hazards.cumulative_hazard as expected,
    from guest_followups as followups
    inner join guest_hazards as hazards
        on
            followups.entry_kind = hazards.entry_kind
            and followups.is_child = hazards.is_child
            and followups.followed_days = hazards.followed_days
),

-- what season and party add: conversions over those that the kind of entry lets expect
by_season as (
    select
        * replace (
            cast(
                expected * coalesce(
                    sum(conversion) over (partition by season)
                    / nullif(sum(expected) over (partition by season), 0),
                    1
                )
                as decimal(18, 12)
            ) as expected
        ),
    from by_kind
),

by_party as (
    select
        * replace (
            cast(
                expected * coalesce(
                    sum(conversion) over (partition by is_large_party)
                    / nullif(sum(expected) over (partition by is_large_party), 0),
                    1
                )
                as decimal(18, 12)
            ) as expected
        ),
    from by_season
),

-- a guest whose host is 84 % sure counts 0.84
hosts as (
    select
        host_customer_id,
        count(*) as guest_count,
        cast(sum(host_confidence) as decimal(12, 2)) as guests,
        cast(coalesce(sum(host_confidence) filter (where has_returned), 0) as decimal(12, 2))
            as returned,
        cast(sum(host_confidence * conversion) as decimal(18, 6)) as converted,
        cast(sum(host_confidence * expected) as decimal(18, 6)) as expected_converted,
    from by_party
    where host_customer_id is not null
    group by host_customer_id
)

select * from hosts
