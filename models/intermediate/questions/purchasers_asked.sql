{{ config(materialized='table') }}
-- Grain: one row per purchaser group that staff may be asked about, or have answered; in figures.
with match_groups as (
    select * from {{ ref('match_groups') }}
    where joined_name != ''
),

match_evidence_decisions as (
    select * from {{ ref('match_evidence_decisions') }}
),

match_answers as (
    select * from {{ ref('match_answers') }}
),

purchasers_withheld as (
    select * from {{ ref('purchasers_withheld') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

groups as (
    select
        match_groups.purchaser_group_id,
        arg_min(match_groups.joined_name, match_groups.checkin_id) as joined_name,
        arg_min(match_groups.user_customer_id, match_groups.checkin_id) as user_customer_id,
        -- a child's name is in no question: staff find the text at the check-in
        case
            when count(purchasers_withheld.checkin_id) = 0
                then arg_min(match_groups.written_name, match_groups.checkin_id)
        end as shown_name,
        count(*) as uses,
        count(distinct match_groups.user_customer_id) as users,
        count(*) filter (
            where match_groups.checkin_date
            > core_today.today - {{ var('question_recent_days') }}
        ) as recent_uses,
        min(match_groups.checkin_date) as first_date,
        max(match_groups.checkin_date) as last_date,
    from match_groups
    left join core_today on true
    left join purchasers_withheld
        on match_groups.checkin_id = purchasers_withheld.checkin_id
    group by match_groups.purchaser_group_id
),

-- how probable it is that what the evidence decides is wrong
judged as (
    select
        groups.*,
        match_answers.question_id as answered_question_id,
        coalesce(match_answers.is_decided, false) as is_applied,
        coalesce(match_evidence_decisions.match_method, 'no_match') as evidence_method,
        case
            when evidence_method not in ('ambiguous', 'no_match')
                then 1 - match_evidence_decisions.person_posterior
            else 1 - coalesce(match_evidence_decisions.absent_posterior, 1)
        end as wrong_probability,
        coalesce(
            match_answers.question_id,
            {{ question_id('purchaser', ['groups.joined_name', 'groups.user_customer_id']) }}
        ) as question_id,
    from groups
    left join match_evidence_decisions
        on groups.purchaser_group_id = match_evidence_decisions.purchaser_group_id
    left join match_answers
        on groups.purchaser_group_id = match_answers.purchaser_group_id
),

-- a number from 0 to 1 by the digest: the same in every build, and by no rule that staff could know
drawn as (
    select
        *,
        cast('0x' || left(question_id, 8) as ubigint) / 4294967296 as draw,
    from judged
),

asked as (
    select
        *,
        case
            when wrong_probability > 1 - {{ var('question_certain_probability') }} then 'purchaser'
            when evidence_method not in ('ambiguous', 'no_match') then 'check'
            else 'purchaser'
        end as kind,
    from drawn
    where wrong_probability > 1 - {{ var('question_certain_probability') }}
        or (
            evidence_method not in ('ambiguous', 'no_match')
            and draw < {{ var('question_check_share') }}
        )
        or answered_question_id is not null
)

select
    purchaser_group_id,
    question_id,
    kind,
    joined_name,
    user_customer_id,
    shown_name,
    uses,
    users,
    recent_uses,
    first_date,
    last_date,
    wrong_probability,
    is_applied,
from asked
