-- Grain: one row per figure of the gym that several places show.
-- Long: every figure is counted here, so that no place counts it again.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

people as (
    select * from {{ ref('people') }}
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

-- one description of each, also of the figures of which it is the sum
meanings as (
    select
        meanings.total,
        meanings.meaning,
    from (
        values
        ('check-ins', 'Check-ins that are used: not rejected, and not replaced by a later line.'),
        ('customers', 'Customers with a record, a check-in or a place on a membership.'),
        ('customers who came', 'Customers with a check-in.'),
        ('pass transfers', 'Check-ins on a pass that names another person as its buyer.'),
        ('interactions', 'Days on which two customers were in touch, for each type.'),
        ('connections', 'Pairs of customers with an interaction.'),
        ('crews', 'Groups of customers who climb together.')
    ) as meanings (total, meaning)
),

interactions as (
    select
        interaction_type,
        strftime(interaction_date, '%Y-%m') as month,
        count(*) as value,
    from customer_interactions
    group by interaction_type, strftime(interaction_date, '%Y-%m')
),

-- every word of a closed list has its row, also at 0: which words stand there tells nothing
figures as (
    select
        1 as section_number,
        'totals' as section,
        'check-ins' as metric,
        count(*) as value,
    from core_checkins
    union all
    select 1, 'totals', 'customers', count(*)
    from people
    union all
    select 1, 'totals', 'customers who came', count(distinct customer_id)
    from core_checkins
    union all
    select 1, 'totals', 'pass transfers', count(*)
    from pass_transfers
    union all
    select 1, 'totals', 'interactions', coalesce(sum(value), 0)
    from interactions
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
        coalesce(sum(interactions.value), 0)
    from interaction_types
    left join interactions
        on interaction_types.interaction_type = interactions.interaction_type
    group by interaction_types.interaction_type
    union all
    select 8, 'interactions by month', month, sum(value)
    from interactions
    group by month
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
    union all
    select 11, 'customers by age', words.age_group, count(people.customer_id)
    from (values ('adult'), ('child'), ('unknown')) as words (age_group)
    left join people
        on words.age_group = people.age_group
    group by words.age_group
    union all
    select 12, 'interactions by month and type', month || ' ' || interaction_type, value
    from interactions
),

gym_metrics as (
    select
        cast(row_number() over (order by figures.section_number, figures.metric) as integer)
            as line_number,
        figures.section,
        figures.metric,
        case when figures.section_number > 1 then split_part(figures.section, ' by ', 1) end
            as part_of,
        meanings.meaning,
        cast(figures.value as bigint) as value,
        -- these are shown to staff and analysts alone
        figures.section not in ('customers by age', 'interactions by month and type')
        and figures.metric != 'customers' as is_public,
    from figures
    left join meanings
        on meanings.total = if(
            figures.section_number = 1, figures.metric, split_part(figures.section, ' by ', 1)
        )
)

select * from gym_metrics
order by line_number
