-- Grain: one row per question that staff answered, with the answer that is in effect.
with stg_reviews__answers as (
    select * from {{ ref('stg_reviews__answers') }}
    where row_outcome = 'kept'
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

-- of one person's answers the later one counts; two who were erased stay two
latest as (
    select * from stg_reviews__answers
    qualify answered_at = max(answered_at) over (
        partition by
            question_id,
            lower(answered_by),
            if(contains(answered_by, '(erased)'), erased_for, null)
    )
),

-- "don't know" and "ask later" decide nothing, and a customer without a record nothing that another
-- answer does not
weighed as (
    select
        latest.*,
        latest.answer in ('unknown', 'later') as is_put_off,
        core_customers.customer_id is not null or not regexp_full_match(latest.answer, '[0-9]+')
            as is_usable,
        not is_put_off
        and (
            is_usable or not bool_or(is_usable and not is_put_off) over (partition by question_id)
        ) as is_deciding,
    from latest
    left join core_customers
        on latest.answer = cast(core_customers.customer_id as varchar)
),

-- an answer to the facts of before contradicts none that was given to others since; one without a
-- fingerprint is taken for one to the facts of now
fresh as (
    select
        *,
        evidence_fingerprint is null
        or max(answered_at) over (partition by question_id, evidence_fingerprint, is_deciding)
        = max(answered_at) filter (where evidence_fingerprint is not null)
            over (partition by question_id, is_deciding) as is_fresh,
    from weighed
),

grouped as (
    select
        question_id,
        coalesce(
            list_sort(list(distinct answer) filter (where is_deciding and is_fresh)), []
        ) as decided,
        arg_max(answer, (answered_at, answer)) filter (where is_deciding and is_fresh)
            as last_decided,
        max(evidence_fingerprint) filter (where is_deciding and is_fresh) as decided_fingerprint,
        max(answered_at) filter (where is_deciding and is_fresh) as decided_at,
        arg_max(answer, (answered_at, answer)) filter (where is_put_off) as put_off,
        arg_max(evidence_fingerprint, (answered_at, answer)) filter (where is_put_off)
            as put_off_fingerprint,
        max(answered_at) filter (where is_put_off) as put_off_at,
    from fresh
    group by question_id
),

-- contradicting answers are a new question, and its last answer is in effect for the old one
contradicted as (
    select
        question_id,
        {{ question_id('contradiction', ['question_id', "array_to_string(decided, '|')"]) }}
            as settling_question_id,
    from grouped
    where len(decided) > 1
),

answers as (
    select
        grouped.question_id,
        contradicted.settling_question_id,
        case
            when contradicted.question_id is null then grouped.decided[1]
            else settling.last_decided
        end as answer,
        contradicted.question_id is not null and answer is null as is_contradicted,
        grouped.decided as answers_given,
        if(
            contradicted.question_id is null, grouped.decided_fingerprint,
            settling.decided_fingerprint
        ) as evidence_fingerprint,
        if(contradicted.question_id is null, grouped.put_off, settling.put_off) as put_off,
        if(
            contradicted.question_id is null, grouped.put_off_fingerprint,
            settling.put_off_fingerprint
        ) as put_off_fingerprint,
        if(contradicted.question_id is null, grouped.decided_at, settling.decided_at)
            as answered_at,
        if(contradicted.question_id is null, grouped.put_off_at, settling.put_off_at)
            as put_off_at,
    from grouped
    left join contradicted
        on grouped.question_id = contradicted.question_id
    left join grouped as settling
        on contradicted.settling_question_id = settling.question_id
    anti join contradicted as settlings
        on grouped.question_id = settlings.settling_question_id
)

select * from answers
