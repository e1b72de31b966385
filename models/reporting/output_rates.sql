-- Grain: one row per rate at which this build made something out of what it read.
-- Long: each rate names its two counts where they are counted.
{% set recent_days, weeks_before = var('recent_days'), var('recent_weeks_before') -%}
{% set is_earlier = 'days_ago - ' ~ recent_days ~ ' between 0 and ' ~ 7 * weeks_before ~ ' - 1' -%}
with guarded_rates as (
    select * from {{ ref('guarded_rates') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

core_payments as (
    select * from {{ ref('core_payments') }}
),

pass_transfers as (
    select * from {{ ref('pass_transfers') }}
),

customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

customer_events as (
    select * from {{ ref('customer_events') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

unknown_codes as (
    select * from {{ ref('unknown_codes') }}
),

pass_checkins as (
    select
        checkin_date,
        count(*) as checkins,
        count(*) filter (
            where regexp_matches(entry_method_description, '(?i)\b(from|guest of)\b')
        ) as texts_with_from,
    from core_checkins
    where entry_kind in ('entry_pass', 'guest_pass')
    group by checkin_date
),

transfers as (
    select
        cast(checkin_datetime as date) as checkin_date,
        count(*) as transfers,
        count(purchaser_customer_id) as known,
    from pass_transfers
    group by cast(checkin_datetime as date)
),

interactions as (
    select
        interaction_date,
        interaction_type,
        count(*) as pairs,
    from customer_interactions
    where interaction_type in ('same_purchase_group', 'family_membership')
    group by interaction_date, interaction_type
),

-- Not how many they met: that grows with the square of a day's visitors, so that an event, an
-- opening or a quiet month would look like a fault.
visitors_who_met as (
    select
        interaction_date,
        count(distinct customer_id) as visitors,
    from (
        select
            interaction_date,
            unnest([customer_id_1, customer_id_2]) as customer_id,
        from customer_interactions
        where interaction_type = 'same_day_checkin'
    ) as visitors
    group by interaction_date
),

by_day as (
    select
        'buyers_read_per_text_with_from' as rate,
        checkin_date as day,
        0 as part,
        texts_with_from as whole,
    from pass_checkins
    union all
    select 'transfers_per_pass_checkin', checkin_date, 0, checkins
    from pass_checkins
    union all
    select
        unnest(['buyers_read_per_text_with_from', 'transfers_per_pass_checkin']),
        checkin_date, transfers, 0
    from transfers
    union all
    select 'buyers_known_per_transfer', checkin_date, known, transfers
    from transfers
    union all
    select 'visitors_who_met_per_checkin', checkin_date, 0, count(*)
    from core_checkins
    group by checkin_date
    union all
    select 'visitors_who_met_per_checkin', interaction_date, visitors, 0
    from visitors_who_met
    union all
    select 'pairs_per_group_transfer', checkin_date, 0, known
    from transfers
    union all
    select
        if(
            interaction_type = 'same_purchase_group', 'pairs_per_group_transfer',
            'family_pairs_per_member'
        ),
        interaction_date, pairs, 0
    from interactions
    union all
    select 'family_pairs_per_member', start_date, 0, count(*)
    from core_membership_people
    where size in ('duo', 'family')
    group by start_date
    union all
    select 'membership_events_per_member', start_date, 0, count(*)
    from core_membership_people
    inner join core_today on core_membership_people.start_date <= core_today.today
    group by start_date
    union all
    select 'purchases_per_day_pass_payment', transaction_date, 0, count(*)
    from core_payments
    where day_pass_count > 0
    group by transaction_date
    union all
    select
        if(
            event_type = 'day_pass_purchase', 'purchases_per_day_pass_payment',
            'membership_events_per_member'
        ),
        cast(event_date as date), count(*), 0
    from customer_events
    where event_type in ('day_pass_purchase', 'membership_start', 'membership_end')
    group by event_type, cast(event_date as date)
    union all
    select
        format(
            'known_{}_in_{}',
            column_name,
            if(export_name like 'transactions/%', 'payments', split_part(export_name, '/', 2))
        ),
        null, row_count - unknown_count, row_count
    from unknown_codes
),

counted as (
    select
        by_day.rate,
        sum(by_day.part) as part_count,
        sum(by_day.whole) as whole_count,
        sum(by_day.part) filter (where days_ago < {{ recent_days }}) as recent_part_count,
        sum(by_day.whole) filter (where days_ago < {{ recent_days }}) as recent_whole_count,
        sum(by_day.part) filter (where {{ is_earlier }}) as earlier_part_count,
        sum(by_day.whole) filter (where {{ is_earlier }}) as earlier_whole_count,
    from (
        select
            by_day.*,
            date_diff('day', by_day.day, core_today.today) as days_ago,
        from by_day
        left join core_today on true
    ) as by_day
    group by by_day.rate
),

rates as (
    select
        guarded_rates.*,
        coalesce(counted.part_count, 0) as part_count,
        coalesce(counted.whole_count, 0) as whole_count,
        coalesce(counted.recent_part_count, 0) as recent_part_count,
        coalesce(counted.recent_whole_count, 0) as recent_whole_count,
        coalesce(counted.earlier_part_count, 0) as earlier_part_count,
        coalesce(counted.earlier_whole_count, 0) as earlier_whole_count,
        (select max(checkin_date) - min(checkin_date) from core_checkins) as history_days,
        1000 * coalesce(counted.part_count, 0) / nullif(counted.whole_count, 0) as per_thousand,
        -- what staff say a word means is set by them, and may move a rate by far
        '{{ rules_fingerprint("output_rates", settings_only=true) }}' || coalesce((
            select '-' || left(md5(string_agg(question_id || answer, ',' order by question_id)), 8)
            from {{ ref('core_answers') }}
            where answer in ('succeeded', 'failed', 'refunded', 'pending', 'buyer')
        ), '') as settings_digest,
    from guarded_rates
    left join counted on guarded_rates.rate = counted.rate
)

select * from rates
