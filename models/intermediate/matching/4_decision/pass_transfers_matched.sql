-- Grain: one row per check-in on a pass that names another person as its buyer.
-- Long: its columns are the public ones, a line each.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

match_decisions as (
    select * from {{ ref('match_decisions') }}
),

match_visit_weights as (
    select * from {{ ref('match_visit_weights') }}
),

match_links as (
    select * from {{ ref('match_links') }}
),

placeholder_pass_uses as (
    select * from {{ ref('placeholder_pass_uses') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

core_pass_uses as (
    select * from {{ ref('core_pass_uses') }}
),

group_sizes as (
    select events.purchaser_group_id, count(*) as uses_decided_together
    from match_groups as events
    group by events.purchaser_group_id
),

matched as (
    select
        events.checkin_id,
        coalesce(buyer.person_id, decided.customer_id)
        = coalesce(recipient.person_id, events.user_customer_id) as is_own_pass,
        case
            when decided.match_method not in ('ambiguous', 'no_match') and not is_own_pass
                then decided.customer_id
        end as purchaser_customer_id,
        decided.customer_id as best_candidate_id,
        decided.runner_up_customer_id,
        candidate_checkins.own_checkin_id as same_day_checkin_id,
        payments_linked.transaction_id as linked_transaction_id,
        payments_linked.link_method as transaction_link_method,
        decided.duplicate_customer_ids,
        case
            when decided.match_method not in ('ambiguous', 'no_match') and is_own_pass
                then 'own_pass'
            else coalesce(decided.match_method, 'no_match')
        end as match_method,
        decided.first_name_agreement,
        decided.last_name_agreement,
        cast(
            case
                when decided.match_method = 'email_link'
                    then round(100 * {{ match_parameter('email_link_posterior') }})
                else round(100 * coalesce(decided.person_posterior, 0))
            end as integer
        ) as match_confidence,
        cast(round(100 * coalesce(decided.runner_up_posterior, 0)) as integer)
            as runner_up_confidence,
        cast(
            round(
                coalesce(decided.person_posterior, 0) - coalesce(decided.runner_up_posterior, 0), 6
            )
            as double
        ) as probability_margin,
        cast(coalesce(decided.absent_posterior, 1) as double) as probability_not_a_customer,
        coalesce(decided.candidate_count, 0) as candidate_count,
        decided.prior_weight as match_weight_prior,
        decided.name_weight as match_weight_name,
        decided.same_day_weight as match_weight_same_day,
        decided.household_weight as match_weight_household,
        decided.member_weight as match_weight_member,
        decided.activity_weight as match_weight_activity,
        decided.record_weight as match_weight_record,
        decided.transaction_weight as match_weight_payment,
        decided.total_weight as match_weight_total,
        decided.absent_weight as match_weight_not_a_customer,
        cast(round(100 * payments_linked.link_posterior) as integer) as transaction_link_confidence,
        payments_linked.paid_amount as linked_paid_amount,
        cast(payments_linked.group_size as integer) as linked_pass_count,
        cast(payments_linked.equal_payments as integer) as linked_equal_payments,
        group_sizes.uses_decided_together,
        cast({{ match_parameter('parameter_version') }} as integer) as parameter_version,
        payments_linked.payment_date as linked_paid_date,
    from match_groups as events
    inner join group_sizes
        on events.purchaser_group_id = group_sizes.purchaser_group_id
    left join match_decisions as decided
        on events.purchaser_group_id = decided.purchaser_group_id
    left join match_visit_weights as candidate_checkins
        on
            events.checkin_id = candidate_checkins.checkin_id
            and decided.customer_id = candidate_checkins.customer_id
    left join match_links as payments_linked
        on events.checkin_id = payments_linked.checkin_id
    -- a pass that another record of the same person bought is the user's own
    left join person_records as buyer
        on decided.customer_id = buyer.customer_id
    left join person_records as recipient
        on events.user_customer_id = recipient.customer_id
),

-- a field of the system tells who bought it, so that nothing is to be found out
told as (
    select
        uses.checkin_id,
        coalesce(buyer.person_id, uses.buyer_customer_id)
        = coalesce(recipient.person_id, uses.user_customer_id) as is_own_pass,
        case when not is_own_pass then uses.buyer_customer_id end as purchaser_customer_id,
        uses.buyer_customer_id as best_candidate_id,
        if(is_own_pass, 'own_pass', 'source_field') as match_method,
        100 as match_confidence,
        0 as runner_up_confidence,
        1 as probability_margin,
        0 as probability_not_a_customer,
        1 as candidate_count,
        1 as uses_decided_together,
        cast({{ match_parameter('parameter_version') }} as integer) as parameter_version,
    from core_pass_uses as uses
    anti join placeholder_pass_uses
        on uses.checkin_id = placeholder_pass_uses.checkin_id
    left join person_records as buyer
        on uses.buyer_customer_id = buyer.customer_id
    left join person_records as recipient
        on uses.user_customer_id = recipient.customer_id
    where uses.buyer_customer_id is not null
),

with_placeholders as (
    select * exclude (is_own_pass) from matched
    union all by name
    select * exclude (is_own_pass) from told
    union all by name
    select
        checkin_id,
        'placeholder' as match_method,
        0 as match_confidence,
        0 as runner_up_confidence,
        0 as probability_margin,
        1 as probability_not_a_customer,
        0 as candidate_count,
        1 as uses_decided_together,
        cast({{ match_parameter('parameter_version') }} as integer) as parameter_version,
    from placeholder_pass_uses
)

select
    core_pass_uses.* exclude (buyer_customer_id),
    with_placeholders.* exclude (checkin_id),
from core_pass_uses
inner join with_placeholders
    on core_pass_uses.checkin_id = with_placeholders.checkin_id
