-- Among pairs who met about as often, more bits never mean a lower tie_probability.
with int_pair_worlds as (
    select * from {{ ref('int_pair_worlds') }}
),

int_pair_affinity as (
    select * from {{ ref('int_pair_affinity') }}
),

ranked as (
    select
        int_pair_worlds.count_class,
        int_pair_affinity.affinity_bits,
        int_pair_affinity.tie_probability,
        max(int_pair_affinity.tie_probability) over (
            partition by int_pair_worlds.count_class
            order by int_pair_affinity.affinity_bits
        ) as highest_so_far,
    from int_pair_affinity
    inner join int_pair_worlds
        on
            int_pair_affinity.customer_id_1 = int_pair_worlds.customer_id_1
            and int_pair_affinity.customer_id_2 = int_pair_worlds.customer_id_2
            and not int_pair_worlds.is_decoy
)

select * from ranked
where tie_probability < highest_so_far
