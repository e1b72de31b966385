{{ config(materialized='table') }}
-- Grain: one row per pair of customers who met, and one per pair who met twice or more in the
-- decoy world.
with int_pair_counts as (
    select * from {{ ref('int_pair_counts') }}
),

int_pair_slides as (
    select * from {{ ref('int_pair_slides') }}
),

int_pair_crowds as (
    select * from {{ ref('int_pair_crowds') }}
),

strength_buckets as (
    select * from {{ ref('strength_buckets') }}
),

-- the class of each count that occurs: a range join of the few counts, not of the many pairs
counts as (
    select together_count from int_pair_counts
    union
    select decoy_count as together_count from int_pair_counts
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
        int_pair_counts.*,
        coalesce(int_pair_slides.slid_count, 0) as slid_count,
        coalesce(int_pair_crowds.crowd_units, 0) / 1000000 as expected_by_crowd,
    from int_pair_counts
    left join int_pair_slides
        on
            int_pair_counts.customer_id_1 = int_pair_slides.customer_id_1
            and int_pair_counts.customer_id_2 = int_pair_slides.customer_id_2
    left join int_pair_crowds
        on
            int_pair_counts.customer_id_1 = int_pair_crowds.customer_id_1
            and int_pair_counts.customer_id_2 = int_pair_crowds.customer_id_2
),

worlds as (
    select
        customer_id_1,
        customer_id_2,
        false as is_decoy,
        together_count,
        closeness_units / 1000000 as closeness,
        closest_us / 60000000 as closest_gap_minutes,
        (decoy_count + slid_count) / 4 as expected_by_habit,
        expected_by_crowd,
    from with_expected
    where together_count > 0
    union all
    select
        customer_id_1,
        customer_id_2,
        true as is_decoy,
        decoy_count as together_count,
        decoy_closeness_units / 1000000 as closeness,
        null as closest_gap_minutes,
        slid_count / 3 as expected_by_habit,
        expected_by_crowd,
    from with_expected
    where decoy_count >= 2
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
