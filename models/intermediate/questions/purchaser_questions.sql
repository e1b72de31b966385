{#- With "none of these" an answer is one of four at most. -#}
{%- set most_candidates = 3 -%}

-- Grain: one row per purchaser group that staff may be asked about, or have answered.
-- Long: a question in words, with its candidates and their evidence in words.
with asked as (
    select * from {{ ref('purchasers_asked') }}
),

match_probabilities as (
    select * from {{ ref('match_probabilities') }}
),

people as (
    select * from {{ ref('people') }}
),

-- the best record of a person stands for the person
candidates as (
    select
        match_probabilities.*,
        people.full_name,
        coalesce(people.age_group = 'adult', false) as is_adult,
        people.checkin_count,
        people.last_checkin_date,
    from match_probabilities
    semi join asked
        on match_probabilities.purchaser_group_id = asked.purchaser_group_id
    left join people
        on match_probabilities.customer_id = people.customer_id
    qualify row_number() over (
        partition by match_probabilities.purchaser_group_id, match_probabilities.person_id
        order by match_probabilities.record_posterior desc, match_probabilities.customer_id
    ) = 1
),

ranked as (
    select
        *,
        row_number() over (
            partition by purchaser_group_id order by person_posterior desc, customer_id
        ) as place,
    from candidates
),

-- one of a tenth of the doubt that makes a question is not shown beside another
shown as (
    select * from ranked
    where
        place = 1
        or (
            place <= {{ most_candidates }}
            and person_posterior >= (1 - {{ var('question_certain_probability') }}) / 10
        )
),

-- beside somebody who is no adult the names of the others would tell a name: all are numbers then
unnamed as (
    select purchaser_group_id
    from shown
    group by purchaser_group_id
    having not bool_and(is_adult)
),

options as (
    select
        shown.purchaser_group_id,
        -- shown by number, not by probability: who is asked is not told what the evidence says
        shown.customer_id,
        cast(shown.customer_id as varchar) as code,
        coalesce(
            if(unnamed.purchaser_group_id is null, shown.full_name, null)
            || ' (' || shown.customer_id || ')',
            'customer ' || shown.customer_id
        ) as label,
        array_to_string(
            list_filter(
                [
                    'first name ' || first_name_agreement,
                    'last name ' || last_name_agreement,
                    if(is_email_owner, 'the e-mail address on a likely payment', null),
                    if(transaction_weight > 0 and not is_email_owner, 'a payment', null),
                    if(same_day_weight > 0, 'was here on the day', null),
                    if(household_weight > 0, 'relative or surname of the user', null),
                    if(member_weight > 0, 'a member then', null),
                    if(activity_weight > 0, 'was here around that time', null),
                    if(record_weight < 0, 'a child, or a later record', null),
                    checkin_count || ' visits'
                    || coalesce(', last on ' || last_checkin_date, '')
                ],
                lambda sign: sign is not null
            ),
            '; '
        ) as evidence,
    from shown
    left join unnamed
        on shown.purchaser_group_id = unnamed.purchaser_group_id
    union all
    select purchaser_group_id, null, 'none', 'none of these', 'the buyer has no record' from asked
),

answers as (
    select
        purchaser_group_id,
        cast(
            to_json(
                list(
                    {'code': code, 'label': label, 'evidence': evidence}
                    order by customer_id nulls last
                )
            ) as varchar
        ) as answers,
    from options
    group by purchaser_group_id
),

-- who may be meant: records, and how their names agree with what is written
facts as (
    select
        purchaser_group_id,
        string_agg(
            concat_ws(' ', customer_id, first_name_agreement, last_name_agreement), ','
            order by customer_id
        ) as facts,
    from match_probabilities
    where 'mismatch' not in (first_name_agreement, last_name_agreement)
    group by purchaser_group_id
)

select
    asked.question_id,
    asked.kind,
    asked.purchaser_group_id as checkin_id,
    {{ question_id('facts', ['asked.joined_name', "coalesce(facts.facts, '')"]) }}
        as evidence_fingerprint,
    'Who is meant by '
    || coalesce(
        if(unnamed.purchaser_group_id is null, '"' || asked.shown_name || '"', null), 'the buyer'
    )
    || ' on the pass of check-in ' || asked.purchaser_group_id
    || case
        when asked.uses > 1
            then ' and ' || asked.uses - 1 || ' more, ' || asked.first_date || ' to '
                || asked.last_date
        else ' of ' || asked.first_date
    end
    || ', used by '
    || coalesce(
        if(
            unnamed.purchaser_group_id is null and people.age_group = 'adult',
            people.full_name, null
        ),
        'customer ' || asked.user_customer_id
    )
    || if(asked.users > 1, ' and ' || asked.users - 1 || ' more', '') || '?' as question,
    answers.answers,
    asked.uses as rows_changed,
    asked.recent_uses as rows_later,
    asked.wrong_probability,
    asked.is_applied,
from asked
inner join answers
    on asked.purchaser_group_id = answers.purchaser_group_id
left join facts
    on asked.purchaser_group_id = facts.purchaser_group_id
left join unnamed
    on asked.purchaser_group_id = unnamed.purchaser_group_id
left join people
    on asked.user_customer_id = people.customer_id
