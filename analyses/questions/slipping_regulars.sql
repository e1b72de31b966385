-- Which adult regulars slip away, and through whom can they be reached?
select
    slipping_away.customer_id,
    customers.full_name,
    slipping_away.visits_recent as visits,
    slipping_away.visits_expected as expected,
    slipping_away.weeks,
    slipping_away.last_visit_date as last_visit,
    partner.full_name as closest_partner,
from {{ ref('slipping_away') }}
inner join {{ ref('customers') }} as customers
    on slipping_away.customer_id = customers.customer_id
left join {{ ref('customers') }} as partner
    on slipping_away.closest_partner_id = partner.customer_id
where not customers.is_child
qualify row_number() over (order by slipping_away.p_value, slipping_away.customer_id) <= 10
order by slipping_away.p_value, slipping_away.customer_id
