-- 7. The payments in that name for that product, and how probable each is.
select
    match_payment_options.checkin_id,
    match_payments.transaction_id,
    match_payments.payment_date,
    match_payment_options.payment_name,
    round(match_payment_options.link_posterior, 4) as link_probability,
from {{ ref('match_payment_options') }}
inner join {{ ref('match_payments') }}
    on match_payment_options.payment_line_id = match_payments.payment_line_id
where match_payment_options.purchaser_group_id = 30543314
order by match_payment_options.checkin_id, match_payments.transaction_id
