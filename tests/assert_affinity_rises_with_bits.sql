-- Among pairs who met about as often, more bits never mean a lower tie_probability.
with pairs_scored as (
    select * from {{ ref('pairs_scored') }}
),

pair_affinity as (
    select * from {{ ref('pair_affinity') }}
),

ranked as (
    select
        pairs_scored.count_class,
        pair_affinity.affinity_bits,
        pair_affinity.tie_probability,
        max(pair_affinity.tie_probability) over (
            partition by pairs_scored.count_class
            order by pair_affinity.affinity_bits
        ) as highest_so_far,
    from pair_affinity
    inner join pairs_scored
        on
            pair_affinity.customer_id_1 = pairs_scored.customer_id_1
            and pair_affinity.customer_id_2 = pairs_scored.customer_id_2
            and not pairs_scored.is_placebo
)

select * from ranked
where tie_probability < highest_so_far
