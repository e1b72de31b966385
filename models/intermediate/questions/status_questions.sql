-- Grain: one row per status of a payment that the seed payment_statuses does not list.
with core_payments as (
    select * from {{ ref('core_payments') }}
    where len(unlisted_statuses) > 0
),

core_answers as (
    select * from {{ ref('core_answers') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

payment_statuses as (
    select * from {{ ref('payment_statuses') }}
),

names_carried as (
    select * from {{ ref('names_carried') }}
),

statuses as (
    select
        lines.word as status,
        count(*) filter (where coalesce(lines.paid_amount, 0) >= 0) as uses,
        count(*) filter (where lines.paid_amount > 0) as paid_lines,
        count(*) filter (where lines.paid_amount = 0) as free_lines,
        count(*) filter (where lines.paid_amount < 0) as negative_lines,
        count(*) filter (
            where coalesce(lines.paid_amount, 0) >= 0
            and lines.transaction_date > core_today.today - {{ var('question_recent_days') }}
        ) as recent_uses,
        max(lines.transaction_date) as last_date,
        max_by(lines.transaction_id, (lines.transaction_date, lines.payment_line_id))
            as last_transaction_id,
        string_agg(distinct lines.source_system, ',' order by lines.source_system) as systems,
    from (select *, unnest(unlisted_statuses) as word from core_payments) as lines
    left join core_today on true
    group by lines.word
),

-- of a line whose columns are shifted the status may be somebody's name, or half of it
names as (
    select distinct unnest(string_split(name_key, ' ')) as word
    from names_carried
),

named_statuses as (
    select distinct words.status
    from (
        select
            status,
            unnest(string_split({{ name_key("replace(status, '_', ' ')") }}, ' ')) as word,
        from statuses
    ) as words
    semi join names
        on words.word = names.word
),

questions as (
    select
        {{ question_id('payment_status', ['statuses.status']) }} as question_id,
        'payment_status' as kind,
        {{ question_id('facts', ['statuses.status', 'statuses.systems']) }} as evidence_fingerprint,
        'What became of payments whose status is '
        -- else staff find the payment
        || if(
            named_statuses.status is null
            and regexp_full_match(
                statuses.status, '[\p{L}]{2,20}(_[\p{L}]{1,20}){0,2}|[a-z_]{0,20}[0-9]{1,3}'
            ),
            '"' || statuses.status || '", such as', 'that of'
        )
        || if(
            regexp_full_match(
                statuses.last_transaction_id, '[A-Za-z0-9_:#-]*[0-9][A-Za-z0-9_:#-]*'
            ),
            ' payment ' || statuses.last_transaction_id, ' a payment'
        )
        || coalesce(' of ' || statuses.last_date, '') || '?' as question,
        [
            {
                'code': 'succeeded', 'label': 'paid',
                'evidence': statuses.paid_lines || ' payments above 0'
            },
            {
                'code': 'failed', 'label': 'not paid, and never will be',
                'evidence': statuses.free_lines || ' payments of 0'
            },
            {
                'code': 'refunded', 'label': 'paid, and given back',
                'evidence': statuses.negative_lines || ' payments below 0'
            },
            {
                'code': 'pending', 'label': 'not paid yet',
                'evidence': statuses.recent_uses || ' payments of the last '
                    || '{{ var("question_recent_days") }} days'
            }
        ] as answers,
        statuses.uses,
        statuses.recent_uses,
        core_answers.answer in (select payment_statuses.meaning from payment_statuses)
            as is_applied,
    from statuses
    left join named_statuses
        on statuses.status = named_statuses.status
    left join core_answers
        on {{ question_id('payment_status', ['statuses.status']) }} = core_answers.question_id
)

select
    question_id,
    kind,
    evidence_fingerprint,
    question,
    cast(to_json(answers) as varchar) as answers,
    uses as rows_changed,
    recent_uses as rows_later,
    -- what nobody has read is decided by no evidence
    cast({{ var('question_unread_probability') }} as double) as wrong_probability,
    coalesce(is_applied, false) as is_applied,
from questions
