-- With which of its partners did one customer meet in the last 60 days?
with lately as (
    select
        partners.partner_customer_id,
        count(*) as meetings,
        min(meetings.minutes_apart) as closest_minutes,
        max(meetings.meeting_date) as last_date,
    from {{ ref('meetings') }} as meetings
    inner join {{ ref('partners') }} as partners
        on
            partners.customer_id in (meetings.customer_id_1, meetings.customer_id_2)
            and partners.partner_customer_id in (meetings.customer_id_1, meetings.customer_id_2)
    where
        partners.customer_id = 4233643
        and (partners.known_tie or partners.affinity_level = 'together')
        and meetings.meeting_date > (select today - 60 from {{ ref('gym_today') }})
    group by partners.partner_customer_id
)

select
    customers.full_name as partner_name,
    lately.meetings,
    lately.closest_minutes,
    lately.last_date,
from lately
left join {{ ref('customers') }} as customers
    on lately.partner_customer_id = customers.customer_id
order by lately.meetings desc, lately.partner_customer_id
