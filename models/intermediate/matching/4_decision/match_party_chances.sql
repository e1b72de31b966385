-- Grain: one row per product, number of parties and number of payments without a name on a day.
-- Long: a posterior with its prior, likelihood and normalising sum, which nothing else uses.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_parties as (
    select * from {{ ref('match_parties') }}
    where not is_begun_unseen
),

match_payments as (
    select * from {{ ref('match_payments') }}
),

exported as (
    select
        min(match_payments.payment_date) as first_date,
        max(match_payments.payment_date) as last_date,
    from match_payments
),

days as (
    select
        rows_of_day.sold_as,
        rows_of_day.on_date,
        count(*) filter (where rows_of_day.is_party) as parties,
        count(*) filter (where not rows_of_day.is_party) as payments,
    from (
        select match_parties.sold_as, match_parties.on_date, true as is_party
        from match_parties
        union all
        select payments.sold_as, payments.payment_date, false
        from match_payments as payments
        where payments.payment_name is null
    ) as rows_of_day
    inner join exported
        on rows_of_day.on_date between exported.first_date and exported.last_date
    group by rows_of_day.sold_as, rows_of_day.on_date
),

-- Payments a day beside those of parties, as on days without any: their passes are used on other
-- days, or in other numbers.
others as (
    select
        days.sold_as,
        round(
            (
                coalesce(sum(days.payments) filter (days.parties = 0), 0)
                + {{ match_parameter('link_count_floor') }}
            ) / (
                max(exported.last_date - exported.first_date)
                + 2 - count(*) filter (days.parties > 0)
            ),
            9
        ) as payments_per_day,
    from days
    cross join exported
    group by days.sold_as
),

-- Share of parties that paid on the day and in no name, of all sizes and products.
paid_shares as (
    select
        (
            greatest(0, least(
                sum(days.payments - cast(others.payments_per_day as decimal(18, 9))),
                sum(days.parties)
            ))
            + {{ match_parameter('link_count_floor') }}
        ) / (sum(days.parties) + 2 * {{ match_parameter('link_count_floor') }}) as paid_share,
    from days
    inner join others
        on days.sold_as = others.sold_as
    where days.parties > 0
),

-- So many of the parties made so many of the payments (binomial), and others the rest (Poisson).
likelihoods as (
    select
        counts.sold_as,
        counts.parties,
        counts.payments,
        counts.paid,
        lgamma(counts.parties + 1) - lgamma(counts.paid + 1)
        - lgamma(counts.parties - counts.paid + 1)
        + counts.paid * ln(paid_shares.paid_share)
        + (counts.parties - counts.paid) * ln(1 - paid_shares.paid_share)
        + (counts.payments - counts.paid) * ln(others.payments_per_day)
        - lgamma(counts.payments - counts.paid + 1) as log_likelihood,
    from (
        select distinct
            days.sold_as,
            days.parties,
            days.payments,
            unnest(range(least(days.parties, days.payments) + 1)) as paid,
        from days
        where days.parties > 0 and days.payments > 0
    ) as counts
    inner join others
        on counts.sold_as = others.sold_as
    cross join paid_shares
),

-- Decimals, because sums of doubles depend on their order.
chances as (
    select
        scaled.sold_as,
        scaled.parties,
        scaled.payments,
        round(
            cast(sum(scaled.paid * scaled.likelihood) as double)
            / cast(sum(scaled.likelihood) as double) / max(scaled.parties),
            9
        ) as paid_probability,
    from (
        select
            likelihoods.*,
            cast(
                exp(
                    likelihoods.log_likelihood - max(likelihoods.log_likelihood) over (
                        partition by
                            likelihoods.sold_as, likelihoods.parties, likelihoods.payments
                    )
                ) as decimal(38, 15)
            ) as likelihood,
        from likelihoods
    ) as scaled
    group by scaled.sold_as, scaled.parties, scaled.payments
)

select * from chances
