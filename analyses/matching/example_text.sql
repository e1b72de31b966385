-- 1. The check-ins whose passes name the buyer, and what the text is taken to say.
select
    core_pass_uses.checkin_id,
    core_checkins.checkin_date,
    core_checkins.customer_id as user_customer_id,
    core_checkins.entry_method_description as pass_text,
    core_pass_uses.pass_type,
    core_pass_uses.purchaser_name,
    core_pass_uses.remaining_count,
from {{ ref('core_pass_uses') }}
inner join {{ ref('core_checkins') }}
    on core_pass_uses.checkin_id = core_checkins.checkin_id
inner join {{ ref('match_groups') }}
    on core_pass_uses.checkin_id = match_groups.checkin_id
where match_groups.purchaser_group_id = 30543314
order by core_pass_uses.checkin_id
