-- Grain: one row per two customer records about which staff may be asked, or have answered.
-- Long: a question in words, with what speaks for and against either answer.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

core_answers as (
    select * from {{ ref('core_answers') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

record_pairs as (
    select * from {{ ref('record_pairs') }}
    -- what birthday, e-mail or telephone show is asked of nobody
    where same_probability < 1 or question_id in (select core_answers.question_id from core_answers)
),

person_records as (
    select * from {{ ref('person_records') }}
),

people as (
    select * from {{ ref('people') }}
),

sides as (
    select
        question_id,
        unnest([1, 2]) as side,
        unnest([customer_id_1, customer_id_2]) as customer_id,
    from record_pairs
),

days as (
    select
        sides.question_id,
        core_checkins.checkin_date,
        count(*) filter (where sides.side = 1) as visits_1,
        count(*) filter (where sides.side = 2) as visits_2,
    from sides
    inner join core_checkins
        on sides.customer_id = core_checkins.customer_id
    group by sides.question_id, core_checkins.checkin_date
),

used as (
    select
        days.question_id,
        sum(days.visits_1) as visits_1,
        sum(days.visits_2) as visits_2,
        sum(days.visits_2) filter (
            where days.checkin_date > core_today.today - {{ var('question_recent_days') }}
        ) as recent_visits_2,
        count(*) filter (where days.visits_1 > 0 and days.visits_2 > 0) as days_of_both,
    from days
    left join core_today on true
    group by days.question_id
),

described as (
    select
        record_pairs.*,
        coalesce(used.visits_1, 0) as visits_1,
        coalesce(used.visits_2, 0) as visits_2,
        coalesce(used.recent_visits_2, 0) as recent_visits_2,
        -- the name of one is that of the other, and a child's name is in no question
        coalesce(person_1.age_group = 'adult' and person_2.age_group = 'adult', false) as is_named,
        coalesce(if(is_named, person_1.full_name, null), 'customer')
        || ' (' || record_pairs.customer_id_1 || ')' as label_1,
        coalesce(if(is_named, person_2.full_name, null), 'customer')
        || ' (' || record_pairs.customer_id_2 || ')' as label_2,
        concat_ws(
            '; ', if(record_pairs.is_same_last_name, 'the same name', 'the same first name'),
            if(record_pairs.is_same_birthday, 'the same birthday', null),
            if(record_pairs.is_same_email, 'the same e-mail address', null),
            if(record_pairs.is_same_phone, 'the same telephone number', null)
        ) as signs_for,
        concat_ws(
            '; ',
            if(one.email != other.email, 'two e-mail addresses', null),
            if(one.phone != other.phone, 'two telephone numbers', null),
            if(used.days_of_both > 0, 'both here on ' || used.days_of_both || ' days', null),
            coalesce(used.visits_1, 0) || ' and ' || coalesce(used.visits_2, 0) || ' visits'
        ) as signs_against,
        concat_ws(
            ' ', one.first_name, one.last_name, one.birthday, one.email, one.phone,
            other.first_name, other.last_name, other.birthday, other.email, other.phone
        ) as facts,
        case record_pairs.answer
            when 'same' then coalesce(persons_1.person_id = persons_2.person_id, false)
            when 'not_same' then true
            else false
        end as is_applied,
    from record_pairs
    inner join customer_records as one
        on record_pairs.customer_id_1 = one.customer_id
    inner join customer_records as other
        on record_pairs.customer_id_2 = other.customer_id
    left join used
        on record_pairs.question_id = used.question_id
    left join people as person_1
        on record_pairs.customer_id_1 = person_1.customer_id
    left join people as person_2
        on record_pairs.customer_id_2 = person_2.customer_id
    left join person_records as persons_1
        on record_pairs.customer_id_1 = persons_1.customer_id
    left join person_records as persons_2
        on record_pairs.customer_id_2 = persons_2.customer_id
)

select
    question_id,
    'records' as kind,
    customer_id_1,
    customer_id_2,
    {{ question_id('facts', ['facts']) }} as evidence_fingerprint,
    'Are ' || label_1 || ' and ' || label_2 || ' one person?' as question,
    cast(
        to_json(
            [
                {'code': 'same', 'label': 'one person', 'evidence': signs_for},
                {'code': 'not_same', 'label': 'two persons', 'evidence': signs_against}
            ]
        ) as varchar
    ) as answers,
    visits_2 as rows_changed,
    recent_visits_2 as rows_later,
    if(
        same_probability >= {{ match_parameter('same_person_accept') }},
        1 - same_probability,
        same_probability
    ) as wrong_probability,
    is_applied,
from described
