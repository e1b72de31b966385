-- Grain: one row per purchaser group about whose buyer staff were asked and answered.
with core_answers as (
    select * from {{ ref('core_answers') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

-- an answer covers a written name and a recipient, and with them the group in which they stand now:
-- groups grow, merge and part with the exports, and no key of a group would outlive that
keys as (
    select distinct
        purchaser_group_id,
        {{ question_id('purchaser', ['joined_name', 'user_customer_id']) }} as question_id,
    from match_groups
    where joined_name != ''
),

answers as (
    select
        keys.purchaser_group_id,
        core_answers.*,
        customer_records.customer_id,
        core_answers.answer = 'none' or customer_records.customer_id is not null as is_decided,
    from keys
    inner join core_answers
        on keys.question_id = core_answers.question_id
    left join customer_records
        on core_answers.answer = cast(customer_records.customer_id as varchar)
),

-- of a group that two answered ones grew into, the later answer counts
latest as (
    select
        * replace (coalesce(is_decided, false) as is_decided),
    from answers
    qualify row_number() over (
        partition by purchaser_group_id
        order by coalesce(is_decided, false) desc, answered_at desc, put_off_at desc, question_id
    ) = 1
)

select * from latest
