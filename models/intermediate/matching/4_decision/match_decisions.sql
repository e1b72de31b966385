-- Grain: one row per group of check-ins that one purchaser explains and has a candidate for.
with match_evidence_decisions as (
    select * from {{ ref('match_evidence_decisions') }}
),

match_answers as (
    select * from {{ ref('match_answers') }}
    where is_decided
),

match_probabilities as (
    select * from {{ ref('match_probabilities') }}
),

-- whom staff named, with what the evidence says of that record, if it says anything
named as (
    select
        match_answers.purchaser_group_id,
        match_answers.customer_id,
        coalesce(match_probabilities.person_id, match_answers.customer_id) as person_id,
        match_probabilities.* exclude (
            purchaser_group_id,
            customer_id,
            person_id,
            same_probability,
            record_posterior,
            person_posterior,
            absent_posterior,
            uses_decided_together
        ),
        1.0 as record_posterior,
        1.0 as person_posterior,
        0.0 as absent_posterior,
        match_evidence_decisions.uses_decided_together,
        match_evidence_decisions.candidate_count,
        if(
            match_evidence_decisions.person_id = match_probabilities.person_id,
            match_evidence_decisions.duplicate_customer_ids, null
        ) as duplicate_customer_ids,
        'staff_review' as match_method,
    from match_answers
    left join match_probabilities
        on
            match_answers.purchaser_group_id = match_probabilities.purchaser_group_id
            and match_answers.customer_id = match_probabilities.customer_id
    left join match_evidence_decisions
        on match_answers.purchaser_group_id = match_evidence_decisions.purchaser_group_id
    where match_answers.customer_id is not null
),

-- none of them, said staff: the best candidate stays to be seen, and has no probability
nobody as (
    select
        match_evidence_decisions.* replace (
            0.0 as record_posterior,
            0.0 as person_posterior,
            1.0 as absent_posterior,
            null as runner_up_customer_id,
            null as runner_up_posterior,
            'no_match' as match_method
        ),
    from match_evidence_decisions
    semi join match_answers
        on
            match_evidence_decisions.purchaser_group_id = match_answers.purchaser_group_id
            and match_answers.customer_id is null
),

decided as (
    select match_evidence_decisions.* from match_evidence_decisions
    anti join match_answers
        on match_evidence_decisions.purchaser_group_id = match_answers.purchaser_group_id
    union all by name
    select * from named
    union all by name
    select * from nobody
)

select * from decided
