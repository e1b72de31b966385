-- Grain: one row per figure of the public totals, before small ones are hidden.
with stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

pass_transfers as (
    select * from {{ ref('pass_transfers') }}
),

interaction_types as (
    select * from {{ ref('interaction_types') }}
),

customer_interactions as (
    select * from {{ ref('customer_interactions') }}
),

strength_buckets as (
    select * from {{ ref('strength_buckets') }}
),

customer_connections as (
    select * from {{ ref('customer_connections') }}
),

crews as (
    select * from {{ ref('crews') }}
),

-- one thing counted by several sections carries one counted_as: guests are check-ins, transfers
-- and interactions at once, and a figure hidden in one place must not stand in another
figures as (
    select
        1 as section_number,
        'totals' as section,
        'check-ins' as metric,
        count(*) as value,
        null as counted_as,
    from stg_capitan__checkins
    union all
    select 1, 'totals', 'customers who came', count(distinct customer_id), null
    from stg_capitan__checkins
    union all
    select 1, 'totals', 'pass transfers', count(*), null
    from pass_transfers
    union all
    select 1, 'totals', 'interactions', count(*), null
    from customer_interactions
    union all
    select 1, 'totals', 'connections', count(*), null
    from customer_connections
    union all
    select 1, 'totals', 'crews', count(*), null
    from crews
    union all
    select
        2, 'check-ins by kind', entry_method, count(*),
        case when entry_method = 'GUE' then 'guests' end
    from stg_capitan__checkins
    group by entry_method
    union all
    select 3, 'check-ins by month', strftime(checkin_date, '%Y-%m'), count(*), null
    from stg_capitan__checkins
    group by strftime(checkin_date, '%Y-%m')
    union all
    select
        4, 'pass transfers by kind', transfer_type, count(*),
        case when transfer_type = 'guest_pass' then 'guests' end
    from pass_transfers
    group by transfer_type
    union all
    select
        5, 'pass transfers by buyer', unnest(['known', 'unknown']),
        unnest([
            count(purchaser_customer_id), count(*) filter (where purchaser_customer_id is null)
        ]),
        unnest(['known buyers', null])
    from pass_transfers
    union all
    select 6, 'pass transfers by month', strftime(checkin_datetime, '%Y-%m'), count(*), null
    from pass_transfers
    group by strftime(checkin_datetime, '%Y-%m')
    union all
    select
        7, 'interactions by type', interaction_types.interaction_type,
        count(customer_interactions.interaction_id),
        case interaction_types.interaction_type
            when 'frequent_guest' then 'guests' when 'shared_pass' then 'known buyers'
        end
    from interaction_types
    left join customer_interactions
        on interaction_types.interaction_type = customer_interactions.interaction_type
    group by interaction_types.interaction_type
    union all
    select 8, 'interactions by month', strftime(interaction_date, '%Y-%m'), count(*), null
    from customer_interactions
    group by strftime(interaction_date, '%Y-%m')
    union all
    select
        9, 'connections by strength', cast(strength_buckets.strength_score as varchar),
        count(customer_connections.customer_id_1), null
    from strength_buckets
    left join customer_connections
        on strength_buckets.strength_score = customer_connections.strength_score
    group by strength_buckets.strength_score
    union all
    select 10, 'connections by affinity', affinity_level, count(*), null
    from customer_connections
    group by affinity_level
),

public_counts as (
    select
        cast(row_number() over (order by section_number, metric) as integer) as line_number,
        section,
        metric,
        case when section_number > 1 then split_part(section, ' by ', 1) end as part_of,
        counted_as,
        cast(value as bigint) as value,
    from figures
)

select * from public_counts
order by line_number
