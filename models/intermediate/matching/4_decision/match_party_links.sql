-- Grain: one row per use of a pass that an anonymous payment of its day may have paid for.
with match_parties as (
    select
        *,
        row_number() over (partition by sold_as, on_date order by first_used_at, party_id) as place,
        count(*) over (partition by sold_as, on_date) as parties,
    from {{ ref('match_parties') }}
    where not is_begun_unseen
),

match_payments as (
    select
        *,
        row_number() over (partition by sold_as, payment_date order by payment_line_id) as place,
        count(*) over (partition by sold_as, payment_date) as payments,
    from {{ ref('match_payments') }}
    where payment_name is null
),

match_party_chances as (
    select * from {{ ref('match_party_chances') }}
),

-- Nothing tells which party made which payment: they pair off in order, and one of several prices
-- is as probable as its share of the payments.
linked as (
    select
        parties.party_id,
        unnest(parties.checkin_ids) as checkin_id,
        payments.payment_line_id,
        round(
            chances.paid_probability * payments.equal_payments / payments.payments, 9
        ) as link_posterior,
    from match_parties as parties
    inner join match_payments as payments
        on
            parties.sold_as = payments.sold_as
            and parties.on_date = payments.payment_date
            and parties.place = payments.place
    inner join match_party_chances as chances
        on
            parties.sold_as = chances.sold_as
            and parties.parties = chances.parties
            and payments.payments = chances.payments
)

select * from linked
