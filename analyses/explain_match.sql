-- Why a pass was or was not put down to a customer: the waterfall of one check-in, with the two
-- most probable persons and "not a customer" side by side.
--   dbt show --select explain_match --vars '{checkin_id: 20405543}' --limit 20
-- Weights are natural logs and add up to the total; totals 1 apart are odds of 2.7 to 1.
with match_groups as (
    select * from {{ ref('match_groups') }}
),

match_probabilities as (
    select * from {{ ref('match_probabilities') }}
),

pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

asked as (
    select
        matched.*,
        events.purchaser_group_id,
        events.written_name,
    from match_groups as events
    inner join pass_transfers_matched as matched
        on events.checkin_id = matched.checkin_id
    where events.checkin_id = {{ var('checkin_id', 0) }}
),

places as (
    select 'best' as place, asked.best_candidate_id as customer_id from asked
    union all
    select 'runner_up', asked.runner_up_customer_id from asked
),

persons as (
    select
        places.place,
        unnest([
            {'line': 2, 'evidence': 'customer_id', 'value': cast(places.customer_id as varchar)},
            {'line': 3, 'evidence': 'customer', 'value': concat_ws(
                ' ', customers.first_name, customers.last_name
            )},
            {'line': 4, 'evidence': 'names agree', 'value': concat_ws(
                ', ', posteriors.first_name_agreement, posteriors.last_name_agreement
            )},
            {'line': 5, 'evidence': 'prior', 'value': format('{:.2f}', posteriors.prior_weight)},
            {'line': 6, 'evidence': '+ name', 'value': format('{:.2f}', posteriors.name_weight)},
            {'line': 7, 'evidence': '+ own visits', 'value': format(
                '{:.2f}', posteriors.same_day_weight
            )},
            {'line': 8, 'evidence': '+ household', 'value': format(
                '{:.2f}', posteriors.household_weight
            )},
            {'line': 9, 'evidence': '+ membership', 'value': format(
                '{:.2f}', posteriors.member_weight
            )},
            {'line': 10, 'evidence': '+ activity', 'value': format(
                '{:.2f}', posteriors.activity_weight
            )},
            {'line': 11, 'evidence': '+ record', 'value': format(
                '{:.2f}', posteriors.record_weight
            )},
            {'line': 12, 'evidence': '+ payments', 'value': format(
                '{:.2f}', posteriors.transaction_weight
            )},
            {'line': 13, 'evidence': '= total', 'value': format(
                '{:.2f}', posteriors.total_weight
            )},
            {'line': 14, 'evidence': 'percent', 'value': format(
                '{:.2f}', 100 * posteriors.person_posterior
            )}
        ]) as entry,
    from asked
    cross join places
    inner join match_probabilities as posteriors
        on
            asked.purchaser_group_id = posteriors.purchaser_group_id
            and places.customer_id = posteriors.customer_id
    inner join core_customers as customers
        on places.customer_id = customers.customer_id
),

-- The whole decision and "not a customer", in the same lines.
frame as (
    select
        unnest([
            {'line': 1, 'evidence': 'name on the pass', 'best': asked.written_name, 'none': null},
            {'line': 2, 'evidence': 'customer_id', 'best': null, 'none': null},
            {'line': 3, 'evidence': 'customer', 'best': null, 'none': 'no record'},
            {'line': 4, 'evidence': 'names agree', 'best': null, 'none': null},
            {'line': 5, 'evidence': 'prior', 'best': null, 'none': format(
                '{:.2f}', asked.match_weight_not_a_customer
            )},
            {'line': 6, 'evidence': '+ name', 'best': null, 'none': null},
            {'line': 7, 'evidence': '+ own visits', 'best': null, 'none': null},
            {'line': 8, 'evidence': '+ household', 'best': null, 'none': 'in the prior'},
            {'line': 9, 'evidence': '+ membership', 'best': null, 'none': null},
            {'line': 10, 'evidence': '+ activity', 'best': null, 'none': null},
            {'line': 11, 'evidence': '+ record', 'best': null, 'none': null},
            {'line': 12, 'evidence': '+ payments', 'best': null, 'none': null},
            {'line': 13, 'evidence': '= total', 'best': null, 'none': format(
                '{:.2f}', asked.match_weight_not_a_customer
            )},
            {'line': 14, 'evidence': 'percent', 'best': null, 'none': format(
                '{:.2f}', 100 * asked.probability_not_a_customer
            )},
            {'line': 15, 'evidence': 'decision', 'best': asked.match_method, 'none': null},
            {'line': 16, 'evidence': 'check-ins decided together', 'best': cast(
                asked.uses_decided_together as varchar
            ), 'none': null},
            {'line': 17, 'evidence': 'payment', 'best': asked.linked_transaction_id, 'none': null}
        ]) as entry,
    from asked
),

waterfall as (
    select
        frame.entry.line as line,
        frame.entry.evidence as evidence,
        coalesce(frame.entry.best, best.entry.value) as best,
        runner_up.entry.value as runner_up,
        frame.entry.none as not_a_customer,
    from frame
    left join persons as best
        on
            frame.entry.line = best.entry.line
            and best.place = 'best'
    left join persons as runner_up
        on
            frame.entry.line = runner_up.entry.line
            and runner_up.place = 'runner_up'
)

select
    waterfall.evidence,
    waterfall.best,
    waterfall.runner_up,
    waterfall.not_a_customer,
from waterfall
order by waterfall.line
