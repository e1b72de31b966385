-- Grain: one row per figure of this build, in reading order.
with figures_of_exports as (
    select * from {{ ref('figures_of_exports') }}
),

figures_of_ages as (
    select * from {{ ref('figures_of_ages') }}
),

figures_of_texts as (
    select * from {{ ref('figures_of_texts') }}
),

stg_capitan__checkins as (
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

customer_events as (
    select * from {{ ref('customer_events') }}
),

recomputed as (
    select
        changes.change,
        count(distinct dates.interaction_date) as date_count,
        count(distinct interactions.customer_id_1 || '-' || interactions.customer_id_2)
            as pair_count,
    from (values ('new'), ('changed'), ('vanished')) as changes (change)
    left join {{ source('build_state', 'interaction_dates_recomputed') }} as dates
        on changes.change = dates.change
    left join customer_interactions as interactions
        on dates.interaction_date = interactions.interaction_date
    group by changes.change
),

strongest_pairs as (
    select * from customer_connections
    order by interaction_count desc, customer_id_1, customer_id_2
    limit 10
),

figures as (
    select
        section_number,
        section,
        metric,
        value,
        share_of,
        note,
    from figures_of_exports
    union all
    select
        section_number,
        section,
        metric,
        value,
        share_of,
        note,
    from figures_of_ages
    union all
    select * from figures_of_texts
    union all
    select 2, 'check-ins', entry_method, count(*), sum(count(*)) over (), null
    from stg_capitan__checkins
    group by entry_method
    union all
    select
        2, 'check-ins', 'total', count(*), null,
        min(checkin_date) || ' to ' || max(checkin_date)
    from stg_capitan__checkins
    union all
    select 3, 'pass transfers', transfer_type, count(*), sum(count(*)) over (), null
    from pass_transfers
    group by transfer_type
    union all
    select
        3, 'pass transfers',
        unnest(['punch passes', 'youth passes', 'total']),
        unnest([
            count(*) filter (where is_punch_pass), count(*) filter (where is_youth_pass), count(*)
        ]),
        null, null
    from pass_transfers
    union all
    select 4, 'purchaser matching', match_method, count(*), sum(count(*)) over (), null
    from pass_transfers
    group by match_method
    union all
    select
        4, 'purchaser matching', 'purchaser known', count(purchaser_customer_id), count(*), null
    from pass_transfers
    union all
    select
        5, 'interactions', interaction_types.interaction_type,
        count(customer_interactions.interaction_id),
        sum(count(customer_interactions.interaction_id)) over (),
        interaction_types.meaning
    from interaction_types
    left join customer_interactions
        on interaction_types.interaction_type = customer_interactions.interaction_type
    group by interaction_types.interaction_type, interaction_types.meaning
    union all
    select
        5, 'interactions', 'total', count(*), null,
        min(interaction_date) || ' to ' || max(interaction_date)
    from customer_interactions
    union all
    select
        6, 'dates recomputed', change, date_count, null, pair_count || ' pairs met on them'
    from recomputed
    union all
    select
        7, 'connections', 'strength ' || strength_buckets.strength_score,
        count(customer_connections.customer_id_1),
        sum(count(customer_connections.customer_id_1)) over (),
        case
            when strength_buckets.max_interactions is null
                then strength_buckets.min_interactions || ' or more interactions'
            when strength_buckets.max_interactions = strength_buckets.min_interactions
                then strength_buckets.min_interactions || ' interaction(s)'
            else format(
                '{} to {} interactions',
                strength_buckets.min_interactions, strength_buckets.max_interactions
            )
        end
    from strength_buckets
    left join customer_connections
        on strength_buckets.strength_score = customer_connections.strength_score
    group by
        strength_buckets.strength_score,
        strength_buckets.min_interactions,
        strength_buckets.max_interactions
    union all
    select 8, 'affinity', affinity_level, count(*), sum(count(*)) over (), null
    from customer_connections
    group by affinity_level
    union all
    select
        8, 'affinity', 'strength 5, tie probability 0.9 or more',
        count(*) filter (where tie_probability >= {{ var('affinity_together_probability') }}),
        count(*),
        'about this share of the strongest connections is real'
    from customer_connections
    where strength_score = 5
    union all
    select 7, 'connections', 'total', count(*), null, null
    from customer_connections
    union all
    select
        9, 'strongest pairs', customer_id_1 || ' and ' || customer_id_2, interaction_count, null,
        interaction_types
    from strongest_pairs
    union all
    select 10, 'events', event_type, count(*), null, null
    from customer_events
    group by event_type
),

report as (
    select
        cast(
            row_number() over (
                order by
                    section_number,
                    metric = 'total',
                    case when section = 'strongest pairs' then -value end,
                    metric
            ) as integer
        ) as line_number,
        section,
        metric,
        cast(value as bigint) as value,
        cast(round(100 * value / nullif(share_of, 0), 2) as decimal(5, 2)) as percent,
        note,
    from figures
)

select * from report
order by line_number
