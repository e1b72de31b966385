-- Everything about one customer. First: set variable customer_id = <id>;
with pass_transfers as (
    select * from {{ ref('pass_transfers') }}
),

customer_interactions as (
    select * from {{ ref('customer_interactions') }}
    where getvariable('customer_id') in (customer_id_1, customer_id_2)
),

customer_connections as (
    select * from {{ ref('customer_connections') }}
    where getvariable('customer_id') in (customer_id_1, customer_id_2)
),

customers as (
    select
        customer_id,
        customer_id || ' ' || concat_ws(' ', first_name, last_name) as customer,
    from {{ ref('stg_capitan__customers') }}
),

lines as (
    select
        1 as section_number,
        'passes shared with others' as section,
        user_customer_id as other_customer_id,
        pass_type as what,
        count(*) as count,
        min(cast(checkin_datetime as date)) as first_date,
        max(cast(checkin_datetime as date)) as last_date,
    from pass_transfers
    where purchaser_customer_id = getvariable('customer_id')
    group by user_customer_id, pass_type
    union all
    select
        2,
        'passes received',
        purchaser_customer_id,
        pass_type || ' from ' || purchaser_name || ' (' || match_method || ')',
        count(*),
        min(cast(checkin_datetime as date)),
        max(cast(checkin_datetime as date)),
    from pass_transfers
    where user_customer_id = getvariable('customer_id')
    group by purchaser_customer_id, pass_type, purchaser_name, match_method
    union all
    select
        3,
        'interactions by type',
        null,
        interaction_type,
        count(*),
        min(interaction_date),
        max(interaction_date),
    from customer_interactions
    group by interaction_type
    union all
    select
        4,
        'connections by strength',
        null,
        'strength ' || strength_score,
        count(*),
        min(first_interaction_date),
        max(last_interaction_date),
    from customer_connections
    group by strength_score
    union all
    select
        5,
        'connections, strongest first',
        customer_id_1 + customer_id_2 - getvariable('customer_id'),
        format('strength {}, {}: {}', strength_score, affinity_level, interaction_types),
        interaction_count,
        first_interaction_date,
        last_interaction_date,
    from customer_connections
)

select
    lines.section,
    coalesce(customers.customer, cast(lines.other_customer_id as varchar)) as who,
    lines.what,
    lines.count,
    lines.first_date,
    lines.last_date,
from lines
left join customers on lines.other_customer_id = customers.customer_id
order by
    lines.section_number,
    case when lines.section_number = 4 then lines.what end desc,
    lines.count desc,
    lines.other_customer_id,
    lines.what
