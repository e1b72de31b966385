{{ config(materialized='table') }}
-- Grain: one row per pair of customers who met, and one per pair who met twice or more in the
-- placebo.
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

-- the class of each count that occurs: a range join of the few counts, not of the many pairs
counts as (
    select together_count from pairs_counted
    union
    select placebo_count as together_count from pairs_counted
),

count_classes as (
    select
        counts.together_count,
        strength_buckets.strength_score as count_class,
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
    from with_expected
    where placebo_count >= 2
),

surprises as (
    select
        *,
        cast(
            log2(
                (closeness + 0.5)
                / (
                    {{ affinity_closeness_by_chance() }}
                    * greatest(expected_by_habit, expected_by_crowd) + 0.5
                )
            ) as decimal(9, 6)
        ) as affinity_bits,
    from worlds
),

binned as (
    select
        surprises.*,
        count_classes.count_class,
        cast(least(greatest(floor(surprises.affinity_bits * 4) / 4, -1), 3) as decimal(3, 2))
            as bits_bin,
    from surprises
    inner join count_classes
        on surprises.together_count = count_classes.together_count
)

select * from binned
