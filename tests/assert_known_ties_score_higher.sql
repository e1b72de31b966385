{{
    config(
        severity='warn',
    )
}}
-- The gym's own labels as a check that nothing is upside down: pairs known from family, passes,
-- purchases or guests must have more affinity_bits than the rest (the area under the ROC curve at
-- least 0.9), and be told apart better than by together_count. A warning, because so few pairs
-- of a small gym are known that luck alone may break it; silent under 20 of them.
with pair_affinity as (
    select * from {{ ref('pair_affinity') }}
),

customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

known_ties as (
    select distinct
        customer_id_1,
        customer_id_2,
    from customer_interactions
    where interaction_type != 'same_day_checkin'
),

labelled as (
    select
        known_ties.customer_id_1 is not null as is_known,
        -- equal values share the mean of their ranks
        rank() over (order by pair_affinity.affinity_bits)
        + (count(*) over (partition by pair_affinity.affinity_bits) - 1) / 2 as bits_rank,
        rank() over (order by pair_affinity.together_count)
        + (count(*) over (partition by pair_affinity.together_count) - 1) / 2 as count_rank,
    from pair_affinity
    left join known_ties
        on
            pair_affinity.customer_id_1 = known_ties.customer_id_1
            and pair_affinity.customer_id_2 = known_ties.customer_id_2
    where pair_affinity.together_count >= 2
),

sums as (
    select
        count(*) filter (where is_known) as known_count,
        count(*) filter (where not is_known) as other_count,
        sum(bits_rank) filter (where is_known) as bits_rank_sum,
        sum(count_rank) filter (where is_known) as count_rank_sum,
    from labelled
),

areas as (
    select
        known_count,
        (bits_rank_sum - known_count * (known_count + 1) / 2)
        / (known_count * other_count) as bits_area,
        (count_rank_sum - known_count * (known_count + 1) / 2)
        / (known_count * other_count) as count_area,
    from sums
    where known_count >= 20 and other_count >= 20
)

select * from areas
where bits_area < 0.9 or bits_area <= count_area
