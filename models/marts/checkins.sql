-- Grain: one row per check-in.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_pass_texts as (
    select * from {{ ref('core_pass_texts') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

members_at_checkin as (
    select distinct checkins.checkin_id
    from core_checkins as checkins
    inner join core_membership_people as members
        on
            checkins.customer_id = members.customer_id
            and checkins.checkin_date
            between members.start_date and coalesce(members.end_date, checkins.checkin_date)
),

checkins as (
    select
        checkins.checkin_id,
        checkins.customer_id,
        checkins.checkin_datetime,
        checkins.checkin_date,
        checkins.location_id,
        checkins.location_name,
        checkins.entry_kind,
        case when checkins.entry_kind in ('entry_pass', 'guest_pass') then texts.pass_type end
            as pass_type,
        case
            when checkins.entry_kind not in ('entry_pass', 'guest_pass') then null
            when transfers.match_method = 'own_pass' then 'the visitor'
            when transfers.match_method = 'placeholder' then 'not known'
            when transfers.checkin_id is not null then 'another person'
            when texts.reading = 'own pass' then 'the visitor'
            else 'not known'
        end as pass_owner,
        transfers.purchaser_customer_id,
        members_at_checkin.checkin_id is not null as is_member,
        dense_rank() over (
            partition by checkins.customer_id order by checkins.checkin_date
        ) as visit_number,
    from core_checkins as checkins
    left join core_pass_texts as texts
        on checkins.entry_method_description = texts.entry_method_description
    left join pass_transfers_matched as transfers
        on checkins.checkin_id = transfers.checkin_id
    left join members_at_checkin
        on checkins.checkin_id = members_at_checkin.checkin_id
)

select * from checkins
order by checkin_datetime, checkin_id
