{{ config(materialized='table') }}
-- Grain: one row per buyer, product and day on which passes that no payment in a name paid for were
-- first used.
with match_day_uses as (
    select * from {{ ref('match_day_uses') }}
),

match_payer_links as (
    select * from {{ ref('match_payer_links') }}
),

open_uses as (
    select
        uses.*,
        try_cast(regexp_extract(uses.product_kind, '([0-9]+)$', 1) as integer) as uses_of_a_pass,
    from match_day_uses as uses
    anti join match_payer_links as payer_links
        on uses.checkin_id = payer_links.checkin_id
),

-- "(2 remaining)", then "(1 remaining)" is one purchase: what is left falls until the next one.
begun as (
    select
        open_uses.*,
        coalesce(
            open_uses.remaining_count < lag(open_uses.remaining_count) over of_buyer
            and open_uses.checkin_date
            <= lag(open_uses.checkin_date) over of_buyer + open_uses.validity_days,
            false
        ) as is_continued,
    from open_uses
    window of_buyer as (
        partition by
            open_uses.buyer_id, open_uses.product_kind, open_uses.product_age,
            open_uses.product_gear
        order by open_uses.checkin_datetime, open_uses.checkin_id
    )
),

numbered as (
    select
        begun.*,
        count(*) filter (not begun.is_continued) over (
            partition by
                begun.buyer_id, begun.product_kind, begun.product_age, begun.product_gear
            order by begun.checkin_datetime, begun.checkin_id
        ) as purchase_number,
    from begun
),

-- A first use that leaves 2 is one of three passes, or of a pass for three uses. Of a pass for more
-- uses the first ones were not seen.
purchases as (
    select
        numbered.buyer_id,
        numbered.product_kind,
        numbered.product_age,
        numbered.product_gear,
        max(numbered.validity_days) as validity_days,
        list(numbered.checkin_id order by numbered.checkin_datetime, numbered.checkin_id)
            as checkin_ids,
        max(coalesce(numbered.remaining_count, 0)) + 1 as uses_left,
        coalesce(
            numbered.product_kind <> 'day 1' and uses_left < max(numbered.uses_of_a_pass)
            and max(numbered.remaining_count) is not null,
            false
        ) as is_begun_unseen,
        min(numbered.checkin_datetime) as first_used_at,
        min(numbered.checkin_date) as on_date,
    from numbered
    group by
        numbered.buyer_id, numbered.product_kind, numbered.product_age, numbered.product_gear,
        numbered.purchase_number
),

-- Each use of a day pass is paid for, any other pass once.
parties as (
    select
        min(purchases.checkin_ids[1]) as party_id,
        purchases.buyer_id,
        concat_ws(
            ', ', purchases.product_kind, purchases.product_age, purchases.product_gear,
            if(purchases.product_kind = 'day 1', sum(purchases.uses_left), 1)
        ) as sold_as,
        max(purchases.validity_days) as validity_days,
        bool_and(purchases.is_begun_unseen) as is_begun_unseen,
        flatten(list(purchases.checkin_ids order by purchases.checkin_ids[1])) as checkin_ids,
        min(purchases.first_used_at) as first_used_at,
        purchases.on_date,
    from purchases
    group by
        purchases.buyer_id, purchases.product_kind, purchases.product_age,
        purchases.product_gear, purchases.on_date
)

select * from parties
