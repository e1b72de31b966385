{{ config(materialized='table') }}
-- Grain: one row per count_class and bits_bin in which a pair of either world falls.
with pairs_scored as (
    select * from {{ ref('pairs_scored') }}
),

bins as (
    select
        count_class,
        bits_bin,
        count(*) filter (where not is_placebo) as pair_count,
        count(*) filter (where is_placebo) as placebo_count,
    from pairs_scored
    where together_count >= 2
    group by count_class, bits_bin
),

tails as (
    select
        *,
        sum(pair_count) over (partition by count_class) as class_pair_count,
        sum(pair_count) over this_and_above as tail_pair_count,
        sum(placebo_count) over this_and_above as tail_placebo_count,
    from bins
    window this_and_above as (partition by count_class order by bits_bin desc)
),

shares as (
    select
        *,
        1 - (placebo_count + 0.5) / (pair_count + 1) as share_here,
        1 - (tail_placebo_count + 0.5) / (tail_pair_count + 1) as share_from_here,
    from tails
),

calibration as (
    select
        count_class,
        bits_bin,
        pair_count,
        placebo_count,
        cast(class_pair_count as bigint) as class_pair_count,
        -- more bits never lower the probability: the running maximum smooths bins of few pairs
        cast(
            max(greatest(least(share_here, share_from_here), 0)) over (
                partition by count_class order by bits_bin
            ) as decimal(7, 6)
        ) as tie_probability,
    from shares
)

select * from calibration
order by count_class, bits_bin
