-- Grain: one row per question that staff may be asked, or have answered.
-- Long: the kinds of questions share one order, one limit and one memory of answers.
with purchaser_questions as (
    select * from {{ ref('purchaser_questions') }}
),

record_questions as (
    select * from {{ ref('record_questions') }}
),

status_questions as (
    select * from {{ ref('status_questions') }}
),

text_questions as (
    select * from {{ ref('text_questions') }}
),

core_answers as (
    select * from {{ ref('core_answers') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

questions as (
    select * from purchaser_questions
    union all by name
    select * from record_questions
    union all by name
    select * from status_questions
    union all by name
    select * from text_questions
),

heard as (
    select
        questions.* exclude (question_id, wrong_probability, rows_changed, rows_later),
        questions.question_id as subject_id,
        coalesce(
            if(core_answers.is_contradicted, core_answers.settling_question_id, null),
            questions.question_id
        ) as question_id,
        cast(questions.rows_changed as bigint) as rows_changed,
        cast(questions.rows_later as bigint) as rows_later,
        cast(
            questions.wrong_probability * (questions.rows_changed + questions.rows_later)
            as decimal(12, 4)
        ) as value,
        core_answers.answer,
        core_answers.answered_at,
        coalesce(core_answers.is_contradicted, false) as is_contradicted,
        coalesce(
            core_answers.answer is not null
            and core_answers.evidence_fingerprint != questions.evidence_fingerprint,
            false
        ) as is_stale,
        case
            when core_answers.put_off = 'later'
                and cast(core_answers.put_off_at as date) + {{ var('question_later_days') }}
                > core_today.today
                then 'later'
            when core_answers.put_off = 'unknown'
                and core_answers.put_off_fingerprint = questions.evidence_fingerprint
                then 'not known'
        end as put_off,
    from questions
    left join core_answers
        on questions.question_id = core_answers.question_id
    left join core_today on true
),

-- what is answered is asked again only where the facts behind it changed, or the answer fits no
-- record; until then the old answer stays in effect
judged as (
    select
        * exclude (put_off),
        case
            when answer is not null and is_applied and not is_stale then 'answered'
            when put_off is not null then put_off
            else 'asked'
        end as status,
        case
            when is_contradicted then 'contradicted'
            when answer is null then 'new'
            when not is_applied and kind = 'records' and answer in ('same', 'not_same')
                then 'others disagree'
            when not is_applied then 'answer does not fit'
            when is_stale then 'stale'
        end as asked_because,
    from heard
),

-- checks of what seems certain are worth little by themselves: some have places of their own
numbered as (
    select
        *,
        row_number() over (partition by status, kind order by question_id) as place_of_kind,
    from judged
),

placed as (
    select
        *,
        row_number() over (
            partition by status
            order by
                case
                    when kind != 'check' then 1
                    when place_of_kind <= {{ var('question_checks_open') }} then 0
                    else 2
                end,
                value desc,
                question_id
        ) as place,
    from numbered
)

select
    question_id,
    kind,
    if(
        status = 'asked',
        if(place <= {{ var('questions_open_most') }}, 'open', 'waiting'),
        status
    ) as status,
    if(status = 'asked', asked_because, null) as asked_because,
    question,
    answers,
    evidence_fingerprint,
    rows_changed,
    rows_later,
    value,
    answer,
    is_applied,
    answered_at,
    subject_id,
    checkin_id,
    customer_id_1,
    customer_id_2,
from placed
order by value desc, question_id
