-- Grain: one row per purchaser group and candidate with evidence from payments.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_candidates as (
    select * from {{ ref('match_candidates') }}
),

match_payment_options as (
    select * from {{ ref('match_payment_options') }}
),

match_name_weights as (
    select * from {{ ref('match_name_weights') }}
),

group_candidates as (
    select
        candidates.purchaser_group_id,
        candidates.customer_id,
        max(candidates.name_weight) as name_weight,
    from match_candidates as candidates
    group by candidates.purchaser_group_id, candidates.customer_id
),

payment_names as (
    select
        names.purchaser_group_id,
        names.payment_name,
        count(*) over (partition by names.purchaser_group_id) as payment_names,
    from (
        select distinct purchaser_payments.purchaser_group_id, purchaser_payments.payment_name
        from match_payment_options as purchaser_payments
    ) as names
),

payment_owners as (
    select
        owners.purchaser_group_id,
        owners.customer_id,
        bool_or(owners.is_own_address) as is_email_owner,
    from (
        select
            purchaser_payments.purchaser_group_id,
            purchaser_payments.is_own_address,
            unnest(purchaser_payments.owner_customer_ids) as customer_id,
        from match_payment_options as purchaser_payments
        where purchaser_payments.link_posterior >= {{ match_parameter('link_accept_posterior') }}
    ) as owners
    group by owners.purchaser_group_id, owners.customer_id
),

-- Likelihoods of the names on the payments, each with its share of being the one that paid.
-- Decimals, because sums of doubles depend on their order.
payment_likelihoods as (
    select
        payment_names.purchaser_group_id,
        name_candidates.customer_id,
        cast(sum(cast(
            exp(least(name_candidates.name_weight, 25)) / payment_names.payment_names
            as decimal(38, 12)
        )) as double) as likelihood,
    from payment_names
    inner join match_name_weights as name_candidates
        on payment_names.payment_name = name_candidates.written_name
    group by payment_names.purchaser_group_id, name_candidates.customer_id
),

-- A payment is evidence where its name says more than the pass does ("Carol T." paid as "Carol
-- Teo"). It is never evidence against a candidate, and the same name again is none.
weighed as (
    select
        group_candidates.purchaser_group_id,
        group_candidates.customer_id,
        coalesce(payment_owners.is_email_owner, false) as is_email_owner,
        round(
            greatest(
                0,
                ln(
                    (1 - {{ match_parameter('link_name_share') }})
                    + {{ match_parameter('link_name_share') }}
                    * coalesce(payment_likelihoods.likelihood, 0)
                    / exp(group_candidates.name_weight)
                )
            )
            + case
                when payment_owners.customer_id is not null
                    then {{ match_parameter('email_weight') }}
                else 0
            end,
            6
        ) as transaction_weight,
    from group_candidates
    left join payment_likelihoods
        on
            group_candidates.purchaser_group_id = payment_likelihoods.purchaser_group_id
            and group_candidates.customer_id = payment_likelihoods.customer_id
    left join payment_owners
        on
            group_candidates.purchaser_group_id = payment_owners.purchaser_group_id
            and group_candidates.customer_id = payment_owners.customer_id
)

select * from weighed
where transaction_weight > 0
