{{ config(materialized='table') }}
-- Grain: one row per pair of customers who met, and one per pair who met twice or more in the
-- decoy world.
with int_pair_months as (
    select * from {{ ref('int_pair_months') }}
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

met as (
    select
        customer_id_1,
        customer_id_2,
        cast(sum(together_count) as bigint) as together_count,
        cast(sum(closeness_units) as bigint) as closeness_units,
        min(closest_us) as closest_us,
    from int_pair_months
    group by customer_id_1, customer_id_2
),

worlds as (
    select
        false as is_decoy,
        met.customer_id_1,
        met.customer_id_2,
        met.together_count,
        met.closeness_units,
        met.closest_us,
        (int_pair_slides.decoy_count + int_pair_slides.other_count) / 4 as expected_by_habit,
    from met
    inner join int_pair_slides
        on
            met.customer_id_1 = int_pair_slides.customer_id_1
            and met.customer_id_2 = int_pair_slides.customer_id_2
    union all
    select
        true as is_decoy,
        customer_id_1,
        customer_id_2,
        decoy_count as together_count,
        decoy_closeness_units as closeness_units,
        null as closest_us,
        other_count / 3 as expected_by_habit,
    from int_pair_slides
    where decoy_count >= 2
),

expected as (
    select
        worlds.* exclude (closeness_units, closest_us, expected_by_habit),
        cast(worlds.closeness_units / 1000000 as decimal(18, 6)) as closeness,
        cast(worlds.closest_us / 60000000 as decimal(9, 3)) as closest_gap_minutes,
        cast(worlds.expected_by_habit as decimal(18, 6)) as expected_by_habit,
        cast(coalesce(int_pair_crowds.crowd_units, 0) / 1000000 as decimal(18, 6))
            as expected_by_crowd,
    from worlds
    left join int_pair_crowds
        on
            worlds.customer_id_1 = int_pair_crowds.customer_id_1
            and worlds.customer_id_2 = int_pair_crowds.customer_id_2
),

surprises as (
    select
        *,
        greatest(expected_by_habit, expected_by_crowd) as expected_by_chance,
        cast(
            log2(
                (closeness + 0.5)
                / (
                    {{ affinity_closeness_by_chance() }}
                    * greatest(expected_by_habit, expected_by_crowd) + 0.5
                )
            ) as decimal(9, 6)
        ) as affinity_bits,
    from expected
)

select
    surprises.*,
    strength_buckets.strength_score as count_class,
    least(greatest(floor(affinity_bits * 4) / 4, -1), 3) as bits_bin,
from surprises
inner join strength_buckets
    on
        surprises.together_count >= strength_buckets.min_interactions
        and surprises.together_count <= coalesce(
            strength_buckets.max_interactions, surprises.together_count
        )
