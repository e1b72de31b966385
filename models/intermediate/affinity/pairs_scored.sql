{{ config(materialized='table') }}
-- Grain: one row per pair of customers who met, and one per pair who met twice or more in the
-- placebo.
-- Long: a score and its placebo are computed by the same lines.
with pairs_counted as (
    select * from {{ ref('pairs_counted') }}
),

pairs_on_shifted_weeks as (
    select * from {{ ref('pairs_on_shifted_weeks') }}
),

pairs_expected_by_crowd as (
    select * from {{ ref('pairs_expected_by_crowd') }}
),

strength_buckets as (
    select * from {{ ref('strength_buckets') }}
),

visit_days as (
    select * from {{ ref('visit_days') }}
),

visits as (
    select
        customer_id,
        count(*) as visit_count,
    from visit_days
    group by customer_id
),

-- the class of each count that occurs: a range join of the few counts, not of the many pairs
counts as (
    select together_count from pairs_counted
    union
    select placebo_count as together_count from pairs_counted
),

count_classes as (
    select
        counts.together_count,
        -- the open bucket is divided at every doubling: bits of 40 meetings are surer than of 10
        strength_buckets.strength_score + cast(
            case
                when strength_buckets.max_interactions is null
                    then floor(
                        log2(counts.together_count / strength_buckets.min_interactions)
                    )
                else 0
            end as integer
        ) as count_class,
    from counts
    inner join strength_buckets
        on
            counts.together_count >= strength_buckets.min_interactions
            and counts.together_count <= coalesce(
                strength_buckets.max_interactions, counts.together_count
            )
),

with_expected as (
    select
        pairs_counted.*,
        coalesce(pairs_on_shifted_weeks.shifted_count, 0) as shifted_count,
        coalesce(pairs_on_shifted_weeks.shifted_closeness_units, 0) as shifted_closeness_units,
        coalesce(pairs_expected_by_crowd.crowd_units, 0) / 1000000 as expected_by_crowd,
    from pairs_counted
    left join pairs_on_shifted_weeks
        on
            pairs_counted.customer_id_1 = pairs_on_shifted_weeks.customer_id_1
            and pairs_counted.customer_id_2 = pairs_on_shifted_weeks.customer_id_2
    left join pairs_expected_by_crowd
        on
            pairs_counted.customer_id_1 = pairs_expected_by_crowd.customer_id_1
            and pairs_counted.customer_id_2 = pairs_expected_by_crowd.customer_id_2
),

worlds as (
    select
        customer_id_1,
        customer_id_2,
        false as is_placebo,
        together_count,
        closeness_units / 1000000 as closeness,
        closest_us / 60000000 as closest_gap_minutes,
        (placebo_count + shifted_count) / 4 as expected_by_habit,
        expected_by_crowd,
        (closeness_units - rush_units) / 1000000 as calm_closeness,
        (placebo_closeness_units + shifted_closeness_units) / 4000000 as shifted_closeness,
        place_count,
    from with_expected
    where together_count > 0
    union all
    select
        customer_id_1,
        customer_id_2,
        true as is_placebo,
        placebo_count as together_count,
        placebo_closeness_units / 1000000 as closeness,
        null as closest_gap_minutes,
        shifted_count / 3 as expected_by_habit,
        expected_by_crowd,
        (placebo_closeness_units - placebo_rush_units) / 1000000 as calm_closeness,
        shifted_closeness_units / 3000000 as shifted_closeness,
        placebo_place_count as place_count,
    from with_expected
    where placebo_count >= 2
),

surprises as (
    select
        worlds.*,
        cast(
            log2(
                (closeness + 0.5)
                / (
                    {{ affinity_closeness_by_chance() }}
                    * greatest(expected_by_habit, expected_by_crowd) + 0.5
                )
            ) as decimal(9, 6)
        ) as affinity_bits,
        -- a class or a clock brings people closer than any distance being equally likely does
        cast(
            log2(
                (calm_closeness + 0.5)
                / (
                    greatest(
                        {{ affinity_closeness_by_chance() }}
                        * greatest(expected_by_habit, expected_by_crowd),
                        shifted_closeness
                    ) + 0.5
                )
            )
            + {{ var('affinity_share_weight') }} * log2(
                together_count / sqrt(cast(one.visit_count as double) * other.visit_count)
            )
            + {{ var('affinity_place_weight') }} * log2(place_count) as decimal(9, 6)
        ) as evidence_bits,
    from worlds
    inner join visits as one
        on worlds.customer_id_1 = one.customer_id
    inner join visits as other
        on worlds.customer_id_2 = other.customer_id
),

binned as (
    select
        surprises.customer_id_1,
        surprises.customer_id_2,
        surprises.is_placebo,
        surprises.together_count,
        surprises.closeness,
        surprises.closest_gap_minutes,
        surprises.expected_by_habit,
        surprises.expected_by_crowd,
        surprises.affinity_bits,
        surprises.evidence_bits,
        count_classes.count_class,
        cast(
            least(greatest(floor(surprises.evidence_bits * 16) / 16, -2), 4) as decimal(5, 4)
        ) as evidence_bin,
    from surprises
    inner join count_classes
        on surprises.together_count = count_classes.together_count
)

select * from binned
