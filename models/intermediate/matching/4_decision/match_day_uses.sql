-- Grain: one row per use of a pass, with its buyer and that buyer's uses of the product that day.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_decisions as (
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

person_records as (
    select * from {{ ref('person_records') }}
),

-- On a pass that names its buyer: the buyer's use.
shared_uses as (
    select
        events.checkin_id,
        events.purchaser_group_id,
        decided.customer_id,
        events.product_kind,
        events.product_age,
        events.product_gear,
        events.validity_days,
        events.remaining_count,
        events.checkin_datetime,
        events.checkin_date,
    from match_groups as events
    left join match_decisions as decided
        on
            events.purchaser_group_id = decided.purchaser_group_id
            and decided.match_method not in ('ambiguous', 'no_match')
    where events.pass_kind != 'guest'
),

own_texts as (
    select
        texts.entry_method_description,
        {{ pass_product('texts.pass_type') }} as product_kind,
        {{ pass_age_group('texts.pass_type') }} as product_age,
        {{ pass_gear('texts.pass_type') }} as product_gear,
        cast({{ match_validity_days('texts.pass_type') }} as integer) as validity_days,
        texts.remaining_count,
    from core_pass_texts as texts
    where texts.buyer_name is null
),

own_uses as (
    select
        checkins.checkin_id,
        null as purchaser_group_id,
        checkins.customer_id,
        own_texts.product_kind,
        own_texts.product_age,
        own_texts.product_gear,
        own_texts.validity_days,
        own_texts.remaining_count,
        checkins.checkin_datetime,
        checkins.checkin_date,
    from core_checkins as checkins
    inner join own_texts
        on checkins.entry_method_description = own_texts.entry_method_description
    where checkins.entry_kind = 'entry_pass'
        and checkins.pass_buyer_name is null
        and coalesce(checkins.pass_buyer_customer_id, checkins.customer_id) = checkins.customer_id
),

-- Records of one person are one buyer; a name without a customer is a buyer of its own.
uses as (
    select
        all_uses.*,
        coalesce(persons.person_id, all_uses.customer_id, -all_uses.purchaser_group_id)
            as buyer_id,
    from (
        select * from shared_uses
        union all
        select * from own_uses
    ) as all_uses
    left join person_records as persons
        on all_uses.customer_id = persons.customer_id
),

counted as (
    select
        uses.checkin_id,
        uses.purchaser_group_id,
        uses.customer_id,
        uses.buyer_id,
        uses.product_kind,
        uses.product_age,
        {{ pass_gear_among('uses') }} as product_gear,
        uses.validity_days,
        uses.remaining_count,
        count(*) over (
            partition by
                uses.buyer_id, uses.product_kind, uses.product_age, uses.checkin_date
        ) as day_uses,
        uses.checkin_datetime,
        uses.checkin_date,
    from uses
)

select * from counted
