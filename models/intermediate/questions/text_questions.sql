{#- Of so many buyers the name of a pass is no person's. -#}
{%- set fewest_buyers = 3 -%}

-- Grain: one row per form of a pass's text that the grammar does not read.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
    where entry_kind in ('entry_pass', 'guest_pass') and pass_name is null
),

core_pass_texts as (
    select * from {{ ref('core_pass_texts') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

names_carried as (
    select * from {{ ref('names_carried') }}
),

unread as (
    select
        texts.form,
        texts.link,
        texts.reading_method,
        {{ name_key('texts.form_name') }} as name_key,
        coalesce(name_key = {{ name_key(
            "concat_ws(' ', checkins.customer_first_name, checkins.customer_last_name)"
        ) }}, false) as is_visitor,
        checkins.checkin_id,
        checkins.checkin_date,
        checkins.source_system,
    from core_checkins as checkins
    inner join core_pass_texts as texts
        on checkins.entry_method_description = texts.entry_method_description
    where texts.form is not null
),

forms as (
    select
        unread.form,
        any_value(unread.link) as link,
        -- a form is the pass, a blank, the words, and " …"
        left(unread.form, greatest(length(unread.form) - length(any_value(unread.link)) - 3, 0))
            as pass_before,
        count(*) as uses,
        count(*) filter (where unread.is_visitor) as visitors_named,
        count(*) filter (where not unread.is_visitor and names_carried.name_key is not null)
            as others_named,
        count(*) filter (
            where unread.checkin_date > core_today.today - {{ var('question_recent_days') }}
        ) as recent_uses,
        min(unread.checkin_date) as first_date,
        max(unread.checkin_date) as last_date,
        min(unread.checkin_id) as checkin_id,
        string_agg(distinct unread.source_system, ',' order by unread.source_system) as systems,
        bool_or(unread.reading_method = 'staff_review') as is_applied,
    from unread
    left join core_today on true
    left join names_carried
        on unread.name_key = names_carried.name_key
    group by unread.form
),

-- what is in front of the words is shown where several buy it: it may have a name in it
passes as (
    select lower(regexp_replace(pass_type, '[0-9]+', '9', 'g')) as pass
    from core_pass_texts
    where reading = 'names a buyer' and reading_method = 'grammar'
    group by lower(regexp_replace(pass_type, '[0-9]+', '9', 'g'))
    having count(distinct {{ name_key('buyer_name') }}) >= {{ fewest_buyers }}
),

questions as (
    select
        {{ question_id('pass_text', ['forms.form']) }} as question_id,
        'pass_text' as kind,
        {{ question_id('facts', ['forms.form', 'forms.systems']) }} as evidence_fingerprint,
        'Whose name stands behind "' || concat_ws(' ', passes.pass, forms.link)
        || '" on the pass of check-in ' || forms.checkin_id
        || case
            when forms.uses > 1
                then ' and ' || forms.uses - 1 || ' more, ' || forms.first_date || ' to '
                    || forms.last_date
            else ' of ' || forms.first_date
        end
        || '?' as question,
        [
            {
                'code': 'buyer', 'label': 'that of the buyer',
                'evidence': 'another customer''s name on ' || forms.others_named || ' of '
                    || forms.uses
            },
            {
                'code': 'visitor', 'label': 'that of who came in',
                'evidence': 'the visitor''s name on ' || forms.visitors_named || ' of '
                    || forms.uses
            },
            {
                'code': 'none', 'label': 'nobody''s: it is part of the pass',
                'evidence': 'no customer''s name on '
                    || forms.uses - forms.others_named - forms.visitors_named
                    || ' of ' || forms.uses
            }
        ] as answers,
        forms.uses,
        forms.recent_uses,
        forms.checkin_id,
        forms.is_applied,
    from forms
    left join passes
        on forms.pass_before = passes.pass
)

select
    question_id,
    kind,
    checkin_id,
    evidence_fingerprint,
    question,
    cast(to_json(answers) as varchar) as answers,
    uses as rows_changed,
    recent_uses as rows_later,
    -- what nobody has read is decided by no evidence
    cast({{ var('question_unread_probability') }} as double) as wrong_probability,
    coalesce(is_applied, false) as is_applied,
from questions
