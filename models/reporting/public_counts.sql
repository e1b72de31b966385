-- Grain: one row per figure of the public totals, exact.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
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

-- every word of a kind has its row, also at 0: which words stand there tells nothing
figures as (
    select
        1 as section_number,
        'totals' as section,
        'check-ins' as metric,
        count(*) as value,
    from core_checkins
    union all
    select 1, 'totals', 'customers who came', count(distinct customer_id)
    from core_checkins
    union all
    select 1, 'totals', 'pass transfers', count(*)
    from pass_transfers
    union all
    select 1, 'totals', 'interactions', count(*)
    from customer_interactions
    union all
    select 1, 'totals', 'connections', count(*)
    from customer_connections
    union all
    select 1, 'totals', 'crews', count(*)
    from crews
    union all
    select 2, 'check-ins by kind', words.entry_kind, count(core_checkins.checkin_id)
    from (
        select unnest(['membership', 'entry_pass', 'free', 'guest_pass', 'event', 'other'])
            as entry_kind,
    ) as words
    left join core_checkins
        on words.entry_kind = core_checkins.entry_kind
    group by words.entry_kind
    union all
    select 3, 'check-ins by month', strftime(checkin_date, '%Y-%m'), count(*)
    from core_checkins
    group by strftime(checkin_date, '%Y-%m')
    union all
    select
        4, 'pass transfers by kind',
        unnest(['entry_pass', 'guest_pass']),
        unnest([
            count(*) filter (where transfer_type = 'entry_pass'),
            count(*) filter (where transfer_type = 'guest_pass')
        ])
    from pass_transfers
    union all
    select
        5, 'pass transfers by buyer', unnest(['known', 'unknown']),
        unnest([
            count(purchaser_customer_id), count(*) filter (where purchaser_customer_id is null)
        ])
    from pass_transfers
    union all
    select 6, 'pass transfers by month', strftime(checkin_datetime, '%Y-%m'), count(*)
    from pass_transfers
    group by strftime(checkin_datetime, '%Y-%m')
    union all
    select
        7, 'interactions by type', interaction_types.interaction_type,
        count(customer_interactions.interaction_id)
    from interaction_types
    left join customer_interactions
        on interaction_types.interaction_type = customer_interactions.interaction_type
    group by interaction_types.interaction_type
    union all
    select 8, 'interactions by month', strftime(interaction_date, '%Y-%m'), count(*)
    from customer_interactions
    group by strftime(interaction_date, '%Y-%m')
    union all
    select
        9, 'connections by strength', cast(strength_buckets.strength_score as varchar),
        count(customer_connections.customer_id_1)
    from strength_buckets
    left join customer_connections
        on strength_buckets.strength_score = customer_connections.strength_score
    group by strength_buckets.strength_score
    union all
    select
        10, 'connections by affinity', words.affinity_level,
        count(customer_connections.customer_id_1)
    from (values ('together'), ('maybe'), ('chance'), ('too_few')) as words (affinity_level)
    left join customer_connections
        on words.affinity_level = customer_connections.affinity_level
    group by words.affinity_level
),

public_counts as (
    select
        cast(row_number() over (order by section_number, metric) as integer) as line_number,
        section,
        metric,
        case when section_number > 1 then split_part(section, ' by ', 1) end as part_of,
        cast(value as bigint) as value,
    from figures
)

select * from public_counts
order by line_number
