-- Grain: one row per use of a pass that an anonymous payment of an earlier day may have paid for.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_parties as (
    select * from {{ ref('match_parties') }}
),

match_payments as (
    select * from {{ ref('match_payments') }}
    where payment_name is null
),

day_links as (
    select * from {{ ref('match_party_links') }}
    where link_posterior >= {{ match_parameter('link_party_accept_posterior') }}
),

exported as (
    select max(match_payments.payment_date) - min(match_payments.payment_date) + 1 as days
    from match_payments
),

parties as (
    select match_parties.*
    from match_parties
    where match_parties.party_id not in (select day_links.party_id from day_links)
),

payments as (
    select match_payments.*
    from match_payments
    where match_payments.payment_line_id not in (select day_links.payment_line_id from day_links)
),

-- Of a product that is sold every few days no payment stands out.
rare as (
    select payments.sold_as
    from payments
    cross join exported
    group by payments.sold_as
    having count(*) * (
        select max(parties.validity_days) from parties where parties.sold_as = payments.sold_as
    ) < {{ match_parameter('link_earlier_crowd') }} * max(exported.days)
),

pairs as (
    select
        parties.sold_as,
        parties.party_id,
        parties.validity_days,
        payments.payment_line_id,
    from parties
    inner join rare
        on parties.sold_as = rare.sold_as
    inner join payments
        on
            parties.sold_as = payments.sold_as
            and payments.payment_date between parties.on_date - parties.validity_days
            and parties.on_date - if(parties.is_begun_unseen, 0, 1)
),

-- Payments that no open party can have made tell how many others make.
others as (
    select
        rare.sold_as,
        (
            count(payments.payment_line_id) filter (
                payments.payment_line_id not in (select pairs.payment_line_id from pairs)
            )
            + {{ match_parameter('link_count_floor') }}
        ) / max(exported.days) as payments_per_day,
    from rare
    cross join exported
    left join payments
        on rare.sold_as = payments.sold_as
    group by rare.sold_as
),

-- Party and payment compete with all that fit the one or the other, and with "not recorded".
weighed as (
    select
        pairs.*,
        {{ match_parameter('link_earlier_share') }}
        / pairs.validity_days / others.payments_per_day as odds,
    from pairs
    inner join others
        on pairs.sold_as = others.sold_as
),

probable as (
    select
        weighed.party_id,
        weighed.payment_line_id,
        round(
            weighed.odds / (
                1 + sum(cast(weighed.odds as decimal(38, 12))) over of_party
                + sum(cast(weighed.odds as decimal(38, 12))) over of_payment
                - weighed.odds
            ),
            9
        ) as link_posterior,
    from weighed
    window
        of_party as (partition by weighed.party_id),
        of_payment as (partition by weighed.payment_line_id)
),

linked as (
    select
        unnest(parties.checkin_ids) as checkin_id,
        probable.payment_line_id,
        probable.link_posterior,
    from probable
    inner join parties
        on probable.party_id = parties.party_id
    where probable.link_posterior >= {{ match_parameter('link_party_accept_posterior') }}
)

select * from linked
