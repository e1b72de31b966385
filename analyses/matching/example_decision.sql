-- 8. What the table pass_transfers says.
select
    pass_transfers.checkin_id,
    pass_transfers.purchaser_customer_id,
    pass_transfers.match_method,
    pass_transfers.match_confidence,
    pass_transfers.runner_up_customer_id,
    round(pass_transfers.probability_not_a_customer, 4) as probability_not_a_customer,
    pass_transfers.uses_decided_together,
    pass_transfers.linked_transaction_id,
    pass_transfers.linked_paid_amount,
from {{ ref('pass_transfers') }}
inner join {{ ref('match_groups') }}
    on pass_transfers.checkin_id = match_groups.checkin_id
where match_groups.purchaser_group_id = 30543314
order by pass_transfers.checkin_id
