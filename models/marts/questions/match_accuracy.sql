-- Grain: one row per band of confidence of accepted purchasers.
with match_evidence_decisions as (
    select * from {{ ref('match_evidence_decisions') }}
    where match_method not in ('ambiguous', 'no_match')
),

match_answers as (
    select * from {{ ref('match_answers') }}
    where is_decided
),

person_records as (
    select * from {{ ref('person_records') }}
),

bands as (
    select
        band as confidence_from,
        lead(band, 1, 100) over (order by band) as confidence_to,
    from (select cast(unnest({{ var('accuracy_bands') }}) as decimal(5, 2)) as band)
),

accepted as (
    select
        100 * match_evidence_decisions.person_posterior as confidence,
        match_answers.purchaser_group_id is not null as is_answered,
        coalesce(
            coalesce(found.person_id, match_evidence_decisions.customer_id)
            = coalesce(said.person_id, match_answers.customer_id),
            false
        ) as is_right,
    from match_evidence_decisions
    left join match_answers
        on match_evidence_decisions.purchaser_group_id = match_answers.purchaser_group_id
    left join person_records as found
        on match_evidence_decisions.customer_id = found.customer_id
    left join person_records as said
        on match_answers.customer_id = said.customer_id
),

counted as (
    select
        bands.confidence_from,
        bands.confidence_to,
        count(accepted.confidence) as accepted_count,
        count(*) filter (where accepted.is_answered) as answered_count,
        count(*) filter (where accepted.is_answered and accepted.is_right) as right_count,
        cast({{ var('interval_errors') }} as double) as errors,
    from bands
    left join accepted
        on
            accepted.confidence >= bands.confidence_from
            and (accepted.confidence < bands.confidence_to or bands.confidence_to = 100)
    group by bands.confidence_from, bands.confidence_to
),

-- Wilson's interval: it stays within 0 and 1, also where all answers agree
intervals as (
    select
        *,
        right_count / nullif(answered_count, 0) as share_right,
        (share_right + errors * errors / (2 * answered_count))
        / (1 + errors * errors / answered_count) as middle,
        errors / (1 + errors * errors / answered_count) * sqrt(
            share_right * (1 - share_right) / answered_count
            + errors * errors / (4 * answered_count * answered_count)
        ) as half_width,
        answered_count >= {{ var('accuracy_min_answers') }} as is_enough,
    from counted
)

select
    confidence_from,
    confidence_to,
    accepted_count,
    answered_count,
    right_count,
    answered_count - right_count as wrong_count,
    if(is_enough, round(share_right, 4), null) as share_right,
    if(is_enough, round(greatest(middle - half_width, 0), 4), null) as share_right_low,
    if(is_enough, round(least(middle + half_width, 1), 4), null) as share_right_high,
    if(is_enough, 'measured', 'too few to say') as verdict,
from intervals
order by confidence_from
