{{ config(materialized='table') }}
-- Grain: one row per pair of customers who met.
with pairs_scored as (
    select * from {{ ref('pairs_scored') }}
),

affinity_calibration as (
    select * from {{ ref('affinity_calibration') }}
),

visit_days as (
    select * from {{ ref('visit_days') }}
),

history as (
    select max(checkin_date) - min(checkin_date) + 1 as day_count from visit_days
),

judged as (
    select
        pairs_scored.*,
        case
            when
                history.day_count >= {{ var('affinity_min_history_days') }}
                and affinity_calibration.class_pair_count
                >= {{ var('affinity_min_class_pairs') }}
                then greatest(
                    affinity_calibration.tie_probability,
                    -- whatever the bins say, luck does not bring people together so often
                    case
                        when
                            pairs_scored.together_count - pairs_scored.expected_by_habit
                            >= {{ var('affinity_sure_errors') }}
                            * sqrt(greatest(pairs_scored.expected_by_habit, 1))
                            then {{ var('affinity_maybe_probability') }}
                        else 0
                    end
                )
        end as tie_probability,
    from pairs_scored
    cross join history
    left join affinity_calibration
        on
            pairs_scored.count_class = affinity_calibration.count_class
            and pairs_scored.evidence_bin = affinity_calibration.evidence_bin
    where not pairs_scored.is_placebo
),

affinity as (
    select
        customer_id_1,
        customer_id_2,
        cast(together_count as bigint) as together_count,
        cast(expected_by_habit as decimal(18, 6)) as expected_by_habit,
        cast(expected_by_crowd as decimal(18, 6)) as expected_by_crowd,
        cast(greatest(expected_by_habit, expected_by_crowd) as decimal(18, 6))
            as expected_by_chance,
        cast(closeness as decimal(18, 6)) as closeness,
        cast(closest_gap_minutes as decimal(9, 3)) as closest_gap_minutes,
        cast(pow(2, affinity_bits) as decimal(18, 6)) as times_more_than_chance,
        affinity_bits,
        cast(tie_probability as decimal(7, 6)) as tie_probability,
        case
            when tie_probability is null then 'too_few'
            when tie_probability >= {{ var('affinity_together_probability') }} then 'together'
            when tie_probability >= {{ var('affinity_maybe_probability') }} then 'maybe'
            else 'chance'
        end as affinity_level,
    from judged
)

select * from affinity
