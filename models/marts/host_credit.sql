-- Grain: one row per person on whose passes guests came first.
with host_expectations as (
    select * from {{ ref('host_expectations') }}
),

host_intervals as (
    select * from {{ ref('host_intervals') }}
),

persons_known as (
    select * from {{ ref('persons_known') }}
),

-- How much hosts differ beyond chance: the variance of the true ratios around 1, by moments. The
-- prior of the empirical Bayes estimate is a gamma distribution with that variance.
spread as (
    select
        greatest(
            sum(
                (converted - expected_converted) * (converted - expected_converted)
                - expected_converted
            ) / nullif(sum(expected_converted * expected_converted), 0),
            0
        ) as ratio_variance,
    from host_expectations
),

luck as (
    select coalesce(sum(cast(chance_above as decimal(18, 6))), 0) as expected_by_luck
    from host_intervals
),

credited as (
    select
        hosts.*,
        intervals.ratio_low,
        intervals.ratio_high,
        persons_known.is_child,
        luck.expected_by_luck,
        hosts.converted / nullif(hosts.expected_converted, 0) as ratio,
        (hosts.converted * coalesce(spread.ratio_variance, 0) + 1)
        / (hosts.expected_converted * coalesce(spread.ratio_variance, 0) + 1) as shrunk_ratio,
    from host_expectations as hosts
    cross join spread
    cross join luck
    left join host_intervals as intervals
        on hosts.host_customer_id = intervals.host_customer_id
    left join persons_known
        on hosts.host_customer_id = persons_known.person_id
)

select
    host_customer_id,
    guest_count,
    conversion_count,
    guests,
    returned,
    cast(converted as decimal(12, 2)) as converted,
    cast(expected_converted as decimal(12, 2)) as expected_converted,
    cast(expected_converted / guests as decimal(7, 6)) as expected_share,
    cast(ratio as decimal(12, 2)) as ratio,
    cast(ratio_low as decimal(12, 2)) as ratio_low,
    cast(ratio_high as decimal(18, 2)) as ratio_high,
    cast(shrunk_ratio as decimal(12, 2)) as shrunk_ratio,
    coalesce(is_child, true) as is_child,
    coalesce(ratio_low > 1, false) and conversion_count >= {{ var('host_min_conversions') }}
        as is_above_chance,
    cast(expected_by_luck as decimal(12, 2)) as expected_by_luck,
from credited
order by host_customer_id
