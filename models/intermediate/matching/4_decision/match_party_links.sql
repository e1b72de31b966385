-- Grain: one row per use of a pass that an anonymous payment of its day may have paid for.
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

-- What one buyer used of a product on a day, beside what payments in a name paid for. A day pass
-- is paid for each use, any other once.
parties as (
    select
        coalesce(uses.person_id, -uses.purchaser_group_id) as buyer,
        uses.product_kind,
        uses.product_age,
        coalesce(uses.product_gear, '') as product_gear,
        uses.checkin_date as use_date,
        if(max(uses.product_kind) = 'day 1', count(*), 1) as passes,
        min(uses.checkin_datetime) as first_use,
        min(uses.checkin_id) as first_checkin_id,
        list(uses.checkin_id) as checkin_ids,
    from match_day_uses as uses
    anti join match_payer_links as payer_links
        on uses.checkin_id = payer_links.checkin_id
    group by all
),

payments as (
    select
        match_payments.*,
        coalesce(match_payments.product_gear, '') as gear,
        count(*) over (
            partition by
                match_payments.product_kind, match_payments.product_age, gear,
                match_payments.passes, match_payments.payment_date
        ) as day_payments,
    from match_payments
    where match_payments.payment_name is null
),

-- Parties and payments of one size, by product and day.
party_days as (
    select product_kind, product_age, product_gear, passes, use_date as on_date, count(*) as parties
    from parties group by all
),

payment_days as (
    select product_kind, product_age, gear as product_gear, passes, payment_date as on_date, count(*) as payments
    from payments group by all
),

days as (
    select
        product_kind, product_age, product_gear, passes, on_date,
        coalesce(party_days.parties, 0) as parties,
        coalesce(payment_days.payments, 0) as payments,
    from party_days
    full join payment_days using (product_kind, product_age, product_gear, passes, on_date)
),

-- Payments a day that no party of the day made: their passes are used later, or in other numbers.
other_payments as (
    select
        product_kind, product_age, product_gear, passes,
        (sum(payments) filter (where parties = 0) + 0.5)
        / (max(exported.days) - count(*) filter (where parties > 0) + 1) as others_per_day,
    from days
    cross join (
        select max(payment_date) - min(payment_date) + 1 as days from match_payments
    ) as exported
    group by all
),

-- Share of parties with an anonymous payment of the day.
shares as (
    select least(0.95, greatest(0.01, 
        sum(days.payments - others_per_day) / sum(days.parties)
    )) as paid_share
    from days inner join other_payments using (product_kind, product_age, product_gear, passes)
    where parties > 0
),

cases as (
    select distinct parties, payments, passes, product_kind, product_age, product_gear, others_per_day
    from days inner join other_payments using (product_kind, product_age, product_gear, passes)
    where parties > 0 and payments > 0
),

weights as (
    select
        cases.*, paid,
        exp(
            lgamma(parties + 1) - lgamma(paid + 1) - lgamma(parties - paid + 1)
            + paid * ln(paid_share) + (parties - paid) * ln(1 - paid_share)
            + (payments - paid) * ln(others_per_day) - lgamma(payments - paid + 1)
        ) as weight
    from cases cross join shares
    cross join lateral (select unnest(range(0, least(parties, payments) + 1)) as paid)
),

chances as (
    select product_kind, product_age, product_gear, passes, parties, payments,
        sum(weight * paid) / sum(weight) / max(parties) as paid_probability
    from weights
    group by all
),

placed as (
    select parties.*, days.payments as day_payments,
        row_number() over (
            partition by parties.product_kind, parties.product_age, parties.product_gear, parties.passes, parties.use_date
            order by parties.first_use, parties.first_checkin_id
        ) as place,
        chances.paid_probability,
    from parties
    inner join days on parties.product_kind=days.product_kind and parties.product_age=days.product_age and parties.product_gear=days.product_gear
      and parties.passes=days.passes and parties.use_date=days.on_date
    inner join chances on parties.product_kind=chances.product_kind and parties.product_age=chances.product_age and parties.product_gear=chances.product_gear
      and parties.passes=chances.passes and days.parties=chances.parties and days.payments=chances.payments
),

linked as (
    select
        unnest(placed.checkin_ids) as checkin_id,
        payments.payment_line_id,
        payments.equal_payments,
        day_payments.n as day_payments,
        placed.paid_probability * payments.equal_payments / placed.day_payments as link_posterior,
    from placed
    inner join (select *, row_number() over (partition by product_kind, product_age, gear, passes, payment_date order by payment_line_id) as place from payments) as payments
     on placed.product_kind=payments.product_kind and placed.product_age=payments.product_age and placed.product_gear=payments.gear and placed.passes=payments.passes
     and placed.use_date=payments.payment_date and placed.place=payments.place
    cross join (select 1 as n) as day_payments
)

select * from linked
