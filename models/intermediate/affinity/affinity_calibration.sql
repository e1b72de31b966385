{{ config(materialized='table') }}
-- Grain: one row per count_class and evidence_bin in which a pair of either world falls.
with pairs_scored as (
    select * from {{ ref('pairs_scored') }}
),

strength_buckets as (
    select * from {{ ref('strength_buckets') }}
),

counted as (
    select
        count_class,
        evidence_bin,
        count(*) filter (where not is_placebo) as pair_count,
        count(*) filter (where is_placebo) as placebo_count,
    from pairs_scored
    where together_count >= 2
    group by count_class, evidence_bin
),

classes as (
    select distinct count_class from counted
),

edges as (
    select distinct evidence_bin from counted
),

-- every class has every bin, so that a class can borrow what a lower one found in a bin
bins as (
    select
        classes.count_class,
        edges.evidence_bin,
        coalesce(counted.pair_count, 0) as pair_count,
        coalesce(counted.placebo_count, 0) as placebo_count,
    from classes
    cross join edges
    left join counted
        on
            classes.count_class = counted.count_class
            and edges.evidence_bin = counted.evidence_bin
),

tails as (
    select
        *,
        floor(evidence_bin) as whole_bit,
        floor(evidence_bin * 4) as quarter_bit,
        sum(pair_count) over this_and_above as tail_pair_count,
        sum(placebo_count) over this_and_above as tail_placebo_count,
    from bins
    window this_and_above as (partition by count_class order by evidence_bin desc)
),

-- few pairs say little, and of many bins of few pairs one lacks placebos by luck: from the top down
-- bins of one bit are put together until they hold enough
blocks as (
    select
        *,
        (tail_pair_count - pair_count) // {{ var('affinity_block_pairs') }} as block,
    from tails
),

sums as (
    select
        *,
        sum(pair_count) over this_block as block_pair_count,
        sum(placebo_count) over this_block as block_placebo_count,
        max(tail_pair_count) over this_block as from_here_pair_count,
        max(tail_placebo_count) over this_block as from_here_placebo_count,
        sum(pair_count) over this_quarter as quarter_pair_count,
        sum(placebo_count) over this_quarter as quarter_placebo_count,
    from blocks
    window
        this_block as (partition by count_class, whole_bit, block),
        this_quarter as (partition by count_class, quarter_bit)
),

-- a bin without pairs has nothing to say, whatever its quarter holds
shares as (
    select
        *,
        case
            when pair_count > 0
                then greatest(
                    least(
                        1 - (block_placebo_count + 0.5) / (block_pair_count + 1),
                        1 - quarter_placebo_count / quarter_pair_count,
                        1 - (from_here_placebo_count + 0.5) / (from_here_pair_count + 1)
                    ),
                    0
                )
            else 0
        end as share,
    from sums
),

-- neither more evidence nor more meetings at the same evidence lower the probability
rising as (
    select
        *,
        max(share) over (partition by count_class order by evidence_bin) as share_in_class,
        sum(pair_count) over (
            partition by least(count_class, (select max(strength_score) from strength_buckets))
        ) as bucket_pair_count,
    from shares
),

calibration as (
    select
        count_class,
        evidence_bin,
        pair_count,
        placebo_count,
        cast(bucket_pair_count as bigint) as class_pair_count,
        cast(
            max(share_in_class) over (
                partition by evidence_bin order by count_class
            ) as decimal(7, 6)
        ) as tie_probability,
    from rising
    qualify pair_count + placebo_count > 0
)

select * from calibration
order by count_class, evidence_bin
