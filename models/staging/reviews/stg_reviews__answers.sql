-- Grain: one row per record of the export, with what became of it.
with raw as (
    select
        *,
        {{ record_text() }} as record_text,
        {{ record_hash() }} as record_hash,
    from {{ ref('raw_reviews__answers') }}
    where {{ file_is_readable() }}
),

typed as (
    select
        lower({{ text_from_export('raw.question_id') }}) as given_question_id,
        coalesce(
            cast({{ integer_from_export('raw.answer') }} as varchar),
            lower({{ text_from_export('raw.answer') }})
        ) as given_answer,
        {{ text_from_export('raw.answered_by') }} as answered_by,
        lower({{ text_from_export('raw.evidence_fingerprint') }}) as evidence_fingerprint,
        {{ local_timestamp_from_export('raw.answered_at') }} as answered_at,
        raw.question_id as question_id_text,
        raw.answer as answer_text,
        raw.answered_at as answered_at_text,
        raw.source_written_at,
        raw.source_file,
        raw.source_line,
        raw.source_line_count,
        raw.erased_for,
        coalesce(raw.is_erased, false) as is_erased,
        raw.record_text,
        raw.record_hash,
        raw.reject_reason as unreadable_reason,
    from raw
),

-- a number is the customer who is meant; which answers fit a question is known where it is asked
worded as (
    select
        *,
        case when regexp_full_match(given_question_id, '[0-9a-f]{24}') then given_question_id end
            as question_id,
        case
            when regexp_full_match(
                given_answer,
                '[0-9]+|none|same|not_same|buyer|visitor|succeeded|failed|refunded|pending'
                || '|unknown|later'
            )
                then given_answer
        end as answer,
    from typed
),

judged as (
    select
        * exclude (
            given_question_id,
            given_answer,
            record_text,
            question_id_text,
            answer_text,
            answered_at_text,
            unreadable_reason,
            source_written_at
        ),
        {{ first_reject_reason([
            missing_value('question_id'),
            missing_value('answer'),
            missing_value('answered_at'),
            moment_problem('answered_at'),
        ]) }} as reject_reason,
        case when reject_reason is not null then record_text end as record_text,
        {{ is_after_as_of('cast(answered_at as date)') }} as is_later,
    from worded
),

labelled as (
    select
        * exclude (is_erased, is_later),
        {{ row_outcome(
            'question_id, answered_by, answer', 'answered_at', later='is_later'
        ) }} as row_outcome,
    from judged
)

select * from labelled
