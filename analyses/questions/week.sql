-- Whom should staff speak to this week, and why?
select
    action_list.priority,
    action_list.title,
    customers.full_name,
    action_list.reason,
    other.full_name as with_whom,
    action_list.expected_value,
from action_list
left join customers
    on action_list.customer_id = customers.customer_id
left join customers as other
    on action_list.other_customer_id = other.customer_id
order by action_list.priority
limit 10
