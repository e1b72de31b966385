-- Which adults climb together, beyond chance, without the gym knowing why?
select
    one.full_name as name_1,
    other.full_name as name_2,
    connections.together_count as meetings,
    round(connections.expected_by_chance, 1) as expected,
    round(connections.times_more_than_chance, 1) as times_more,
    connections.last_interaction_date as last_date,
from {{ ref('customer_connections') }} as connections
inner join {{ ref('customers') }} as one
    on connections.customer_id_1 = one.customer_id
inner join {{ ref('customers') }} as other
    on connections.customer_id_2 = other.customer_id
where
    not connections.known_tie
    and connections.affinity_level = 'together'
    and not one.is_child
    and not other.is_child
qualify
    row_number() over (
        order by
            connections.times_more_than_chance desc,
            connections.customer_id_1,
            connections.customer_id_2
    ) <= 10
order by
    connections.times_more_than_chance desc,
    connections.customer_id_1,
    connections.customer_id_2
