-- Grain: one row per figure of this build, in reading order.
-- Long: one list of figures in the order in which they are read.
with figures_of_exports as (
    select * from {{ ref('figures_of_exports') }}
),

figures_of_ages as (
    select * from {{ ref('figures_of_ages') }}
),

figures_of_texts as (
    select * from {{ ref('figures_of_texts') }}
),

figures_of_meetings as (
    select * from {{ ref('figures_of_meetings') }}
),

figures_of_ties as (
    select * from {{ ref('figures_of_ties') }}
),

figures_of_actions as (
    select * from {{ ref('figures_of_actions') }}
),

figures_of_questions as (
    select * from {{ ref('figures_of_questions') }}
),

output_rates as (
    select * from {{ ref('output_rates') }}
),

gym_metrics as (
    select * from {{ ref('gym_metrics') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

pass_transfers as (
    select * from {{ ref('pass_transfers') }}
),

customer_interactions as (
    select * from {{ ref('customer_interactions') }}
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

figures as (
    select * from figures_of_exports
    union all
    select * from figures_of_ages
    union all
    select * from figures_of_meetings
    union all
    select * from figures_of_ties
    union all
    select * from figures_of_texts
    union all
    select * from figures_of_actions
    union all
    select * from figures_of_questions
    union all
    select
        if(part_of = 'check-ins', 2, 3), part_of, metric, value,
        sum(value) over (partition by section), null
    from gym_metrics
    where section in ('check-ins by kind', 'pass transfers by kind') and value > 0
    union all
    select
        if(metric = 'check-ins', 2, 3), metric, 'total', value, null,
        if(
            metric = 'check-ins',
            (
                select min(core_checkins.checkin_date) || ' to ' || max(core_checkins.checkin_date)
                from core_checkins
            ),
            null
        )
    from gym_metrics
    where section = 'totals' and metric in ('check-ins', 'pass transfers')
    union all
    select
        3, 'pass transfers',
        unnest(['punch passes', 'youth passes']),
        unnest([count(*) filter (where is_punch_pass), count(*) filter (where is_youth_pass)]),
        null, null
    from pass_transfers
    union all
    select 4, 'purchaser matching', match_method, count(*), sum(count(*)) over (), null
    from pass_transfers
    group by match_method
    union all
    select
        4, 'purchaser matching', 'purchaser known', sum(value) filter (where metric = 'known'),
        sum(value), null
    from gym_metrics
    where section = 'pass transfers by buyer'
    union all
    select
        6, 'dates recomputed', change, date_count, null, pair_count || ' pairs met on them'
    from recomputed
    union all
    select 10, 'events', event_type, count(*), null, null
    from customer_events
    group by event_type
    union all
    select
        19, 'rates', rate, round(per_thousand), null,
        format('{} to {}; {}', part_count, whole_count, meaning)
    from output_rates
    where whole_count > 0
),

report as (
    select
        cast(
            row_number() over (
                order by
                    section_number,
                    section,
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
