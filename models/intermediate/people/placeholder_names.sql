{{ config(materialized='table') }}
-- Grain: one row per name that is no person's.
with placeholder_spellings as (
    select * from {{ ref('placeholder_spellings') }}
),

core_pass_uses as (
    select * from {{ ref('core_pass_uses') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

spelled as (
    select {{ name_key('spelling') }} as name_key
    from placeholder_spellings
    where kind = 'name'
),

written as (
    select
        {{ placeholder_name_key('purchaser_name') }} as name_key,
        count(distinct lower(user_last_name)) filter (
            where not contains(lower(purchaser_name), lower(user_last_name))
        ) as surnames,
    from core_pass_uses
    group by name_key
),

bought_for_many as (
    select * from written where surnames > {{ var('placeholder_surnames_bought_for') }}
),

keyed as (
    select {{ placeholder_name_key("concat_ws(' ', first_name, last_name)") }} as name_key
    from core_customers
),

-- where several records carry the name, each may have bought for as many
records as (
    select
        bought_for_many.name_key,
        count(*) as record_count,
    from bought_for_many
    inner join keyed
        on bought_for_many.name_key = keyed.name_key
    group by bought_for_many.name_key
),

names as (
    select
        name_key,
        'a name that is no person''s' as reason,
    from spelled
    union all
    select
        bought_for_many.name_key,
        'buys for too many unrelated people' as reason,
    from bought_for_many
    left join records
        on bought_for_many.name_key = records.name_key
    where
        bought_for_many.surnames
        > {{ var('placeholder_surnames_bought_for') }} * coalesce(records.record_count, 1)
)

select
    name_key,
    min(reason) as reason,
from names
where name_key != ''
group by name_key
