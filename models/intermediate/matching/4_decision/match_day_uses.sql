-- Grain: one row per purchaser, product and day on which passes of it were used.
with match_decisions as (
    select * from {{ ref('match_decisions') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_pass_texts as (
    select * from {{ ref('core_pass_texts') }}
),

-- On a pass that names its buyer: the buyer's use.
shared_uses as (
    select
        decided.customer_id,
        events.checkin_id,
        events.product_kind,
        events.product_age,
        events.checkin_date as use_date,
    from match_groups as events
    inner join match_decisions as decided
        on events.purchaser_group_id = decided.purchaser_group_id
    where decided.match_method not in ('ambiguous', 'no_match')
),

own_uses as (
    select
        checkins.customer_id,
        checkins.checkin_id,
        {{ pass_product('texts.pass_type') }} as product_kind,
        {{ pass_age_group('texts.pass_type') }} as product_age,
        cast(checkins.checkin_datetime as date) as use_date,
    from core_checkins as checkins
    inner join (select distinct customer_id from shared_uses) as purchasers
        on checkins.customer_id = purchasers.customer_id
    inner join core_pass_texts as texts
        on checkins.entry_method_description = texts.entry_method_description
    where checkins.entry_kind = 'entry_pass'
        and texts.buyer_name is null
),

uses as (
    select * from shared_uses
    union all
    select * from own_uses
),

counted as (
    select
        uses.customer_id,
        uses.product_kind,
        uses.product_age,
        count(*) as uses,
        uses.use_date,
    from uses
    group by uses.customer_id, uses.product_kind, uses.product_age, uses.use_date
)

select * from counted
