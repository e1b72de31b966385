-- Grain: one row per figure of the report on questions to staff.
with data_questions as (
    select * from {{ ref('data_questions') }}
),

core_answers as (
    select * from {{ ref('core_answers') }}
),

counted as (
    select
        count(*) filter (where status = 'open') as asked,
        count(*) filter (where status = 'waiting') as waiting,
        count(*) filter (where answer is not null) as answered,
        count(*) filter (where answer is not null and is_applied) as applied,
        count(*) filter (where asked_because = 'contradicted') as contradicted,
        count(*) filter (where asked_because = 'stale') as stale,
        count(*) filter (where asked_because in ('answer does not fit', 'others disagree'))
            as unusable,
        count(*) filter (where status in ('later', 'not known')) as put_off,
        (
            select count(*) from core_answers
            where question_id not in (select data_questions.subject_id from data_questions)
        ) as unknown_ids,
    from data_questions
),

figures as (
    select
        20 as section_number,
        'questions to staff' as section,
        unnest(
            [
                'asked', 'waiting for a place', 'answered', 'applied', 'contradicted', 'stale',
                'not usable', 'put off', 'answers to no known question'
            ]
        ) as metric,
        unnest(
            [
                asked, waiting, answered, applied, contradicted, stale, unusable, put_off,
                unknown_ids
            ]
        ) as value,
        cast(null as bigint) as share_of,
        cast(null as varchar) as note,
    from counted
)

select * from figures
