-- Grain: one row per group of check-ins that one purchaser explains and has a candidate for, by the
-- evidence alone.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_probabilities as (
    select * from {{ ref('match_probabilities') }}
),

-- The most probable record stands for its person; then persons are ranked.
people as (
    select
        posteriors.*,
        count(*) over (partition by posteriors.purchaser_group_id) as candidate_count,
        case
            when count(*) over (
                partition by posteriors.purchaser_group_id, posteriors.person_id
            ) > 1
                and posteriors.same_probability >= {{ match_parameter('same_person_accept') }}
                then string_agg(
                    cast(posteriors.customer_id as varchar), ',' order by posteriors.customer_id
                ) over (partition by posteriors.purchaser_group_id, posteriors.person_id)
        end as duplicate_customer_ids,
    from match_probabilities as posteriors
    qualify row_number() over (
        partition by posteriors.purchaser_group_id, posteriors.person_id
        order by posteriors.record_posterior desc, posteriors.customer_id
    ) = 1
),

ranked as (
    select
        people.*,
        row_number() over by_posterior as place,
        lead(people.customer_id) over by_posterior as runner_up_customer_id,
        lead(people.person_posterior) over by_posterior as runner_up_posterior,
    from people
    window by_posterior as (
        partition by people.purchaser_group_id
        order by people.person_posterior desc, people.customer_id
    )
),

decided as (
    select
        ranked.* exclude (place, same_probability),
        case
            when ranked.person_posterior < {{ match_parameter('accept_posterior') }}
                then case
                    when 1 - ranked.absent_posterior >= {{ match_parameter('present_posterior') }}
                        then 'ambiguous'
                    else 'no_match'
                end
            when ranked.is_email_owner then 'email_link'
            when ranked.transaction_weight >= {{ match_parameter('transaction_method_weight') }}
                then 'transaction_link'
            when 'mismatch' in (ranked.first_name_agreement, ranked.last_name_agreement)
                then 'context'
            when ranked.first_name_agreement = 'exact' and ranked.last_name_agreement = 'exact'
                then 'name_exact'
            when
                ranked.first_name_agreement in ('nickname', 'diminutive')
                and ranked.last_name_agreement = 'exact'
                then 'name_nickname'
            else 'name_fuzzy'
        end as match_method,
    from ranked
    where ranked.place = 1
)

select * from decided
