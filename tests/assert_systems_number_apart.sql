-- Numbers of customers and check-ins are one space over all systems: one that two systems use would
-- make one person of two.
with numbers as (
    select
        'customer_id' as key_column,
        customer_id as number,
        source_system,
    from {{ ref('core_customers') }}
    union
    select 'checkin_id', checkin_id, source_system
    from {{ ref('core_checkins') }}
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
