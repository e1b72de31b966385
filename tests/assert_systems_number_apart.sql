-- Numbers are one space over all systems: one that two systems use would make one person of two.
-- Who has no record is known by visits, memberships and relations.
{%- set keys = [
    ('core_customers', 'customer_id', 'customer_id'),
    ('core_checkins', 'customer_id', 'customer_id'),
    ('core_membership_people', 'customer_id', 'customer_id'),
    ('core_memberships', 'owner_customer_id', 'customer_id'),
    ('core_relations', 'customer_id', 'customer_id'),
    ('core_relations', 'related_customer_id', 'customer_id'),
    ('core_checkins', 'checkin_id', 'checkin_id'),
    ('core_membership_people', 'member_id', 'member_id'),
    ('core_memberships', 'membership_id', 'membership_id'),
] %}
with numbers as (
    {% for table, column, key_column in keys %}
    select
        '{{ key_column }}' as key_column,
        {{ column }} as number,
        source_system,
    from {{ ref(table) }}
    where {{ column }} is not null
    {{ 'union' if not loop.last }}
    {% endfor %}
),

twice as (
    select
        key_column,
        number,
        list_sort(list(source_system)) as systems,
    from numbers
    group by key_column, number
    having count(*) > 1
)

select
    format(
        '{} numbers stand for one {} in {} and for another in {}',
        count(*), key_column, systems[1], systems[2]
    ) as sentence,
from twice
group by key_column, systems
