-- 6. The match weights of every candidate beside "not a customer", and the probabilities.
with hypotheses as (
    select
        cast(match_probabilities.customer_id as varchar) as hypothesis,
        match_probabilities.prior_weight as prior,
        match_probabilities.name_weight as name,
        match_probabilities.same_day_weight as own_visit,
        match_probabilities.household_weight as household,
        match_probabilities.member_weight as membership,
        match_probabilities.activity_weight as activity,
        match_probabilities.record_weight as record,
        match_probabilities.transaction_weight as payment,
        match_probabilities.total_weight as total,
        match_probabilities.person_posterior as probability,
    from {{ ref('match_probabilities') }}
    where match_probabilities.purchaser_group_id = 30543314
    union all
    select
        'not a customer',
        ln(match_parameters.value),
        null,
        null,
        any_value(match_probabilities.absent_weight) - ln(match_parameters.value),
        null,
        null,
        null,
        null,
        any_value(match_probabilities.absent_weight),
        any_value(match_probabilities.absent_posterior),
    from {{ ref('match_probabilities') }}
    inner join {{ ref('match_parameters') }}
        on match_parameters.parameter = 'absent_share'
    where match_probabilities.purchaser_group_id = 30543314
    group by match_parameters.value
)

select
    hypotheses.hypothesis,
    round(hypotheses.prior, 2) as prior,
    round(hypotheses.name, 2) as name,
    round(hypotheses.own_visit, 2) as own_visit,
    round(hypotheses.household, 2) as household,
    round(hypotheses.membership, 2) as membership,
    round(hypotheses.activity, 2) as activity,
    round(hypotheses.record, 2) as record,
    round(hypotheses.payment, 2) as payment,
    round(hypotheses.total, 2) as total,
    round(hypotheses.probability, 4) as probability,
from hypotheses
order by hypotheses.total desc
