-- 5. What the check-ins say about the two namesakes.
select
    match_visit_weights.customer_id,
    match_visit_weights.checkin_id,
    match_visit_weights.visit_level,
    round(match_visit_weights.same_day_weight, 2) as visit_weight,
    match_household_weights.relative_steps is not null as is_relative,
    round(match_household_weights.household_weight, 2) as household_weight,
    match_record_weights.is_too_young_to_buy,
    match_record_weights.is_later,
    round(match_record_weights.record_weight, 2) as record_weight,
from {{ ref('match_visit_weights') }}
inner join {{ ref('match_household_weights') }}
    on
        match_visit_weights.checkin_id = match_household_weights.checkin_id
        and match_visit_weights.customer_id = match_household_weights.customer_id
inner join {{ ref('match_record_weights') }}
    on
        match_visit_weights.checkin_id = match_record_weights.checkin_id
        and match_visit_weights.customer_id = match_record_weights.customer_id
inner join {{ ref('match_decisions') }}
    on match_visit_weights.customer_id in (
        match_decisions.customer_id, match_decisions.runner_up_customer_id
    )
inner join {{ ref('match_groups') }}
    on
        match_visit_weights.checkin_id = match_groups.checkin_id
        and match_decisions.purchaser_group_id = match_groups.purchaser_group_id
where match_groups.purchaser_group_id = 30543314
order by match_visit_weights.customer_id, match_visit_weights.checkin_id
