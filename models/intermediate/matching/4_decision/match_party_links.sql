-- Grain: one row per use of a pass that an anonymous payment of its day may have paid for.
-- Long: a posterior with its prior, likelihood and normalising sum, which nothing else uses.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_day_uses as (
    select * from {{ ref('match_day_uses') }}
),

match_payments as (
    select * from {{ ref('match_payments') }}
),

match_payer_links as (
    select * from {{ ref('match_payer_links') }}
),

-- What one buyer used of a product on a day and no payment in a name paid for. Each use of a day
-- pass is paid for, any other pass once.
parties as (
    select
        uses.buyer_id,
        uses.product_kind,
        uses.product_age,
        uses.product_gear,
        uses.checkin_date as on_date,
        list(uses.checkin_id) as checkin_ids,
        concat_ws(
            ', ', uses.product_kind, uses.product_age, uses.product_gear,
            if(uses.product_kind = 'day 1', len(checkin_ids), 1)
        ) as sold_as,
        row_number() over (
            partition by sold_as, uses.checkin_date
            order by min(uses.checkin_datetime), min(uses.checkin_id)
        ) as place,
    from match_day_uses as uses
    anti join match_payer_links as payer_links
        on uses.checkin_id = payer_links.checkin_id
    group by
        uses.buyer_id, uses.product_kind, uses.product_age, uses.product_gear, uses.checkin_date
),

payments as (
    select
        match_payments.payment_line_id,
        match_payments.equal_payments,
        match_payments.payment_date as on_date,
        concat_ws(
            ', ', match_payments.product_kind, match_payments.product_age,
            match_payments.product_gear, match_payments.passes
        ) as sold_as,
        row_number() over (
            partition by sold_as, match_payments.payment_date
            order by match_payments.payment_line_id
        ) as place,
    from match_payments
    where match_payments.payment_name is null
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
        select parties.sold_as, parties.on_date, true as is_party from parties
        union all
        select payments.sold_as, payments.on_date, false from payments
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
        cast(sum(scaled.paid * scaled.likelihood) as double)
        / cast(sum(scaled.likelihood) as double) / max(scaled.parties) as paid_probability,
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
),

-- Nothing tells which party made which payment: they pair off in order, and one of several prices
-- is as probable as its share of the payments.
linked as (
    select
        unnest(parties.checkin_ids) as checkin_id,
        payments.payment_line_id,
        round(chances.paid_probability * payments.equal_payments / days.payments, 9)
            as link_posterior,
    from parties
    inner join payments
        on
            parties.sold_as = payments.sold_as
            and parties.on_date = payments.on_date
            and parties.place = payments.place
    inner join days
        on parties.sold_as = days.sold_as and parties.on_date = days.on_date
    inner join chances
        on
            days.sold_as = chances.sold_as
            and days.parties = chances.parties
            and days.payments = chances.payments
)

select * from linked
