-- Grain: one row per purchaser group and candidate.
-- Long: a posterior with its prior, likelihood and normalising sum, which nothing else uses.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_weights as (
    select * from {{ ref('match_weights') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

match_families as (
    select * from {{ ref('match_families') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

duplicate_records as (
    select * from {{ ref('duplicate_records') }}
),

population as (
    select cast(count(*) as double) as customers from core_customers
),

absent_shares as (
    select
        events.purchaser_group_id,
        max(families.odds_not_a_customer) as odds_not_a_customer,
        max(
            case
                when events.pass_kind = 'guest' then {{ match_parameter('absent_share_guest') }}
                else {{ match_parameter('absent_share') }}
            end
        ) as absent_share,
        count(*) as uses_decided_together,
    from match_groups as events
    inner join match_families as families
        on events.checkin_id = families.checkin_id
    group by events.purchaser_group_id
),

-- Total = prior + match weights. "Not a customer" has its share as prior and the family factor as
-- its only weight.
totals as (
    select
        evidence.*,
        round(ln((1 - absent_shares.absent_share) / population.customers), 6) as prior_weight,
        round(
            round(ln((1 - absent_shares.absent_share) / population.customers), 6)
            + evidence.name_weight
            + evidence.same_day_weight
            + evidence.household_weight
            + evidence.member_weight
            + evidence.activity_weight
            + evidence.record_weight
            + evidence.transaction_weight,
            6
        ) as total_weight,
        round(
            ln(absent_shares.absent_share * absent_shares.odds_not_a_customer), 6
        ) as absent_weight,
        absent_shares.uses_decided_together,
    from match_weights as evidence
    inner join absent_shares
        on evidence.purchaser_group_id = absent_shares.purchaser_group_id
    cross join population
),

-- Records of one person among the candidates share a person_id, and sure ones a sure_person_id.
people as (
    select
        totals.purchaser_group_id,
        totals.customer_id,
        coalesce(min(others.customer_id), totals.customer_id) as person_id,
        coalesce(
            min(others.customer_id) filter (where duplicate_records.same_probability = 1),
            totals.customer_id
        ) as sure_person_id,
        coalesce(
            min(duplicate_records.same_probability) filter (where others.customer_id is not null), 1
        ) as same_probability,
    from totals
    left join duplicate_records
        on totals.customer_id = duplicate_records.customer_id_2
    left join totals as others
        on
            totals.purchaser_group_id = others.purchaser_group_id
            and duplicate_records.customer_id_1 = others.customer_id
    group by totals.purchaser_group_id, totals.customer_id
),

-- Decimals, because sums of doubles depend on their order.
likelihoods as (
    select
        totals.*,
        people.person_id,
        people.sure_person_id,
        people.same_probability,
        greatest(
            totals.absent_weight,
            max(totals.total_weight) over (partition by totals.purchaser_group_id)
        ) as best_weight,
        cast(exp(totals.total_weight - best_weight) as decimal(38, 15)) as likelihood,
        cast(exp(totals.absent_weight - best_weight) as decimal(38, 15)) as absent_likelihood,
    from totals
    inner join people
        on
            totals.purchaser_group_id = people.purchaser_group_id
            and totals.customer_id = people.customer_id
),

sums as (
    select
        likelihoods.* exclude (same_probability),
        cast(
            sum(likelihoods.likelihood) over (
                partition by likelihoods.purchaser_group_id
            ) + likelihoods.absent_likelihood as double
        ) as all_likelihood,
        min(likelihoods.same_probability) over by_person as same_probability,
        cast(sum(likelihoods.likelihood) over by_person as double) as person_likelihood,
        cast(sum(likelihoods.likelihood) over (
            partition by likelihoods.purchaser_group_id, likelihoods.sure_person_id
        ) as double) as sure_likelihood,
    from likelihoods
    window by_person as (
        partition by likelihoods.purchaser_group_id, likelihoods.person_id
    )
),

-- Records that may be of one person: he has the sum of them, or they are two and the better one
-- has what is its own.
persons as (
    select
        sums.*,
        sums.same_probability * sums.person_likelihood
        + (1 - sums.same_probability) * max(sums.sure_likelihood) over (
            partition by sums.purchaser_group_id, sums.person_id
        ) as expected_likelihood,
    from sums
),

posteriors as (
    select
        persons.purchaser_group_id,
        persons.customer_id,
        persons.person_id,
        persons.same_probability,
        persons.first_name_agreement,
        persons.last_name_agreement,
        persons.prior_weight,
        persons.name_weight,
        persons.same_day_weight,
        persons.household_weight,
        persons.member_weight,
        persons.activity_weight,
        persons.record_weight,
        persons.transaction_weight,
        persons.total_weight,
        persons.absent_weight,
        round(cast(persons.likelihood as double) / persons.all_likelihood, 9) as record_posterior,
        round(persons.expected_likelihood / persons.all_likelihood, 9) as person_posterior,
        round(cast(persons.absent_likelihood as double) / persons.all_likelihood, 9)
            as absent_posterior,
        persons.uses_decided_together,
        persons.is_email_owner,
    from persons
)

select * from posteriors
