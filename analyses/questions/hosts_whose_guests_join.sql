-- Whose guests become members more often than others' guests? A name only where luck is ruled out.
select
    host_credit.host_customer_id,
    case when host_credit.is_above_chance then customers.full_name end as full_name,
    host_credit.guests,
    host_credit.returned,
    host_credit.converted,
    host_credit.expected_converted,
    host_credit.ratio,
    host_credit.ratio_low,
    host_credit.ratio_high,
    host_credit.is_above_chance,
    host_credit.expected_by_luck,
from {{ ref('host_credit') }}
left join {{ ref('customers') }}
    on host_credit.host_customer_id = customers.customer_id
where not host_credit.is_child
qualify
    row_number() over (
        order by
            host_credit.ratio_low desc nulls last,
            host_credit.guests desc,
            host_credit.host_customer_id
    ) <= 10
order by
    host_credit.ratio_low desc nulls last, host_credit.guests desc, host_credit.host_customer_id
