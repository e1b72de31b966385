-- Grain: one row per group of check-ins that one purchaser explains and candidate for it.
with parameters as (
    select * from {{ ref('match_parameters') }}
),

evidence as (
    select * from {{ ref('int_purchaser_evidence') }}
),

events as (
    select * from {{ ref('int_purchaser_events') }}
),

purchaser_names as (
    select * from {{ ref('int_purchaser_names') }}
),

purchaser_payments as (
    select * from {{ ref('int_purchaser_payments') }}
),

name_candidates as (
    select * from {{ ref('int_purchaser_name_candidates') }}
),

customer_names as (
    select * from {{ ref('int_customer_names') }}
),

name_words as (
    select * from {{ ref('int_name_words') }}
),

customers as (
    select * from {{ ref('stg_capitan__customers') }}
),

duplicate_customers as (
    select * from {{ ref('duplicate_customers') }}
),

population as (
    select cast(count(*) as double) as customers from customers
),

best_per_day as (
    select
        evidence.purchaser_group_id,
        evidence.customer_id,
        evidence.checkin_date,
        max(evidence.same_day_weight) as same_day_weight,
    from evidence
    group by evidence.purchaser_group_id, evidence.customer_id, evidence.checkin_date
),

-- Days with an own check-in add up. Days without one say the same thing again and again, so what
-- they say together has a floor.
same_day as (
    select
        best_per_day.purchaser_group_id,
        best_per_day.customer_id,
        cast(sum(cast(greatest(best_per_day.same_day_weight, 0) as decimal(18, 6))) as double)
        + greatest(
            cast(sum(cast(least(best_per_day.same_day_weight, 0) as decimal(18, 6))) as double),
            {{ match_parameter('absence_floor') }}
        ) as same_day_weight,
    from best_per_day
    group by best_per_day.purchaser_group_id, best_per_day.customer_id
),

pooled as (
    select
        evidence.purchaser_group_id,
        evidence.customer_id,
        max(evidence.name_weight) as name_weight,
        arg_max(evidence.first_level, (evidence.name_weight, evidence.first_level)) as first_level,
        arg_max(evidence.last_level, (evidence.name_weight, evidence.first_level)) as last_level,
        max(evidence.household_weight) as household_weight,
        case
            when max(evidence.party_rank) >= 2 then 0
            else max(evidence.member_weight)
        end as member_weight,
        case
            when max(evidence.party_rank) >= 1 then 0
            else max(evidence.activity_weight)
        end as activity_weight,
        min(evidence.record_weight) as record_weight,
    from evidence
    group by evidence.purchaser_group_id, evidence.customer_id
),

last_names as (
    select
        customer_names.customer_id,
        customer_names.last_name,
        name_words.customers,
    from customer_names
    inner join name_words
        on
            customer_names.last_name = name_words.word
            and name_words.name_field = 'last'
    where customer_names.first_form = 'first'
        and customer_names.last_form = 'full'
),

-- Nobody in the table: the same family factor as for candidates, so that a shown last name equal
-- to the recipient's speaks for an unrecorded parent as well.
absent as (
    select
        events.purchaser_group_id,
        max(round(
            ln(case
                when events.pass_kind = 'guest' then {{ match_parameter('absent_share_guest') }}
                else {{ match_parameter('absent_share') }}
            end)
            + ln(
                1 - {{ match_parameter('same_last_share') }}
                + case
                    when last_names.last_name is not null
                        then {{ match_parameter('same_last_share') }}
                            * {{ match_parameter('same_last_m') }}
                            * population.customers / last_names.customers
                    else 0
                end
            ),
            6
        )) as absent_weight,
        max(round(ln(
            (1 - case
                when events.pass_kind = 'guest' then {{ match_parameter('absent_share_guest') }}
                else {{ match_parameter('absent_share') }}
            end) / population.customers
        ), 6)) as prior_weight,
        count(*) as pooled_events,
    from events
    cross join population
    left join purchaser_names
        on
            events.written_name = purchaser_names.written_name
            and purchaser_names.reading in ('plain', 'long_last')
    left join last_names
        on
            events.user_customer_id = last_names.customer_id
            and purchaser_names.last_name = last_names.last_name
    group by events.purchaser_group_id
),

-- A payment speaks for a candidate where its name says more than the pass does ("Carol T." paid as
-- "Carol Teo"). It never speaks against one, and the same name again says nothing.
payment_names as (
    select distinct purchaser_payments.purchaser_group_id, purchaser_payments.payment_name
    from purchaser_payments
),

payment_name_weights as (
    select
        payment_names.purchaser_group_id,
        name_candidates.customer_id,
        cast(sum(cast(exp(least(name_candidates.name_weight, 25)) as decimal(38, 12))) as double)
            as payment_likelihood,
    from payment_names
    inner join name_candidates
        on payment_names.payment_name = name_candidates.written_name
    group by payment_names.purchaser_group_id, name_candidates.customer_id
),

payment_name_counts as (
    select payment_names.purchaser_group_id, count(*) as payment_names
    from payment_names
    group by payment_names.purchaser_group_id
),

email_owners as (
    select distinct
        purchaser_payments.purchaser_group_id,
        unnest(purchaser_payments.owner_customer_ids) as customer_id,
    from purchaser_payments
    where purchaser_payments.link_posterior >= {{ match_parameter('link_accept_posterior') }}
),

payment_evidence as (
    select
        pooled.purchaser_group_id,
        pooled.customer_id,
        email_owners.customer_id is not null as is_email_owner,
        round(
            greatest(
                0,
                ln(
                    (1 - {{ match_parameter('link_name_share') }})
                    + {{ match_parameter('link_name_share') }}
                    * coalesce(payment_name_weights.payment_likelihood, 0)
                    / payment_name_counts.payment_names
                    / exp(pooled.name_weight)
                )
            )
            + case
                when email_owners.customer_id is not null
                    then {{ match_parameter('email_weight') }}
                else 0
            end,
            6
        ) as transaction_weight,
    from pooled
    inner join payment_name_counts
        on pooled.purchaser_group_id = payment_name_counts.purchaser_group_id
    left join payment_name_weights
        on
            pooled.purchaser_group_id = payment_name_weights.purchaser_group_id
            and pooled.customer_id = payment_name_weights.customer_id
    left join email_owners
        on
            pooled.purchaser_group_id = email_owners.purchaser_group_id
            and pooled.customer_id = email_owners.customer_id
),

totals as (
    select
        pooled.*,
        same_day.same_day_weight,
        coalesce(payment_evidence.is_email_owner, false) as is_email_owner,
        coalesce(payment_evidence.transaction_weight, 0) as transaction_weight,
        absent.prior_weight,
        absent.absent_weight,
        absent.pooled_events,
        round(
            absent.prior_weight
            + pooled.name_weight
            + same_day.same_day_weight
            + pooled.household_weight
            + pooled.member_weight
            + pooled.activity_weight
            + pooled.record_weight
            + coalesce(payment_evidence.transaction_weight, 0),
            6
        ) as total_weight,
    from pooled
    inner join same_day
        on
            pooled.purchaser_group_id = same_day.purchaser_group_id
            and pooled.customer_id = same_day.customer_id
    inner join absent
        on pooled.purchaser_group_id = absent.purchaser_group_id
    left join payment_evidence
        on
            pooled.purchaser_group_id = payment_evidence.purchaser_group_id
            and pooled.customer_id = payment_evidence.customer_id
),

-- Records of one person among the candidates share a person_id.
people as (
    select
        totals.purchaser_group_id,
        totals.customer_id,
        least(
            totals.customer_id,
            coalesce(min(others.customer_id), totals.customer_id)
        ) as person_id,
    from totals
    left join duplicate_customers
        on totals.customer_id = duplicate_customers.customer_id_2
    left join totals as others
        on
            totals.purchaser_group_id = others.purchaser_group_id
            and duplicate_customers.customer_id_1 = others.customer_id
    group by totals.purchaser_group_id, totals.customer_id
),

likelihoods as (
    select
        totals.*,
        people.person_id,
        cast(exp(
            totals.total_weight
            - greatest(
                totals.absent_weight,
                max(totals.total_weight) over (partition by totals.purchaser_group_id)
            )
        ) as decimal(38, 15)) as likelihood,
        cast(exp(
            totals.absent_weight
            - greatest(
                totals.absent_weight,
                max(totals.total_weight) over (partition by totals.purchaser_group_id)
            )
        ) as decimal(38, 15)) as absent_likelihood,
    from totals
    inner join people
        on
            totals.purchaser_group_id = people.purchaser_group_id
            and totals.customer_id = people.customer_id
),

sums as (
    select
        likelihoods.*,
        sum(likelihoods.likelihood) over (
            partition by likelihoods.purchaser_group_id
        ) + likelihoods.absent_likelihood as all_likelihood,
        sum(likelihoods.likelihood) over (
            partition by likelihoods.purchaser_group_id, likelihoods.person_id
        ) as person_likelihood,
    from likelihoods
)

select
    sums.purchaser_group_id,
    sums.customer_id,
    sums.person_id,
    sums.first_level,
    sums.last_level,
    sums.prior_weight,
    sums.name_weight,
    sums.same_day_weight,
    sums.household_weight,
    sums.member_weight,
    sums.activity_weight,
    sums.record_weight,
    sums.transaction_weight,
    sums.total_weight,
    sums.absent_weight,
    sums.is_email_owner,
    round(cast(sums.person_likelihood as double) / cast(sums.all_likelihood as double), 9)
        as person_posterior,
    round(cast(sums.likelihood as double) / cast(sums.all_likelihood as double), 9)
        as record_posterior,
    round(cast(sums.absent_likelihood as double) / cast(sums.all_likelihood as double), 9)
        as absent_posterior,
    sums.pooled_events,
from sums
