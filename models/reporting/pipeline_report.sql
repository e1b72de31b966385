-- Grain: one row per figure of this build, in reading order.
with export_row_counts as (
    select * from {{ ref('export_row_counts') }}
),

stg_exports__files as (
    select * from {{ ref('stg_exports__files') }}
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

int_people_aged as (
    select * from {{ ref('int_people_aged') }}
),

erasure_requests_met as (
    select * from {{ ref('erasure_requests_met') }}
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

titles as (
    select
        export_name,
        string_agg(
            '; ' || file_name || ' has its header in line ' || header_line
            || ', what is above it is skipped', '' order by file_name
        ) as note,
    from stg_exports__files
    where header_line > 1
    group by export_name
),

-- a folder of files that are no export is one line, and so are the files beyond the twentieth
not_read as (
    select
        listed_as,
        count(*) as file_count,
        min(not_read_because) as not_read_because,
        row_number() over (order by listed_as) as place,
    from stg_exports__files
    where not_read_because is not null
    group by listed_as
),

figures as (
    select
        1 as section_number,
        'rows in' as section,
        export_row_counts.export_name as metric,
        record_count as value,
        null as share_of,
        case
            when file_count = 0 then 'no file; what depends on it is empty'
            when record_count = 0
                then 'empty: a header and no row, in ' || file_count || ' file(s)'
            else format(
                '{} kept, {} rejected, {} duplicate, {} superseded, {} erased, in {} file(s)',
                kept_count, rejected_count, duplicate_count, superseded_count, erased_count,
                file_count
            ) || if(later_count > 0, format(', {} after as_of', later_count), '')
        end || coalesce(titles.note, '') as note,
    from export_row_counts
    left join titles on export_row_counts.export_name = titles.export_name
    union all
    select 1, 'rows in', 'rejected', sum(rejected_count), sum(record_count), null
    from export_row_counts
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
    union all
    select
        11, 'ages', age_group, count(*), sum(count(*)) over (),
        case age_group when 'unknown' then 'treated as children: no name is published' end
    from int_people_aged
    group by age_group
    union all
    select
        11, 'ages', 'birthday unknown, ' || birthday_problem, count(*),
        (select count(*) from int_people_aged), null
    from int_people_aged
    where birthday_problem is not null
    group by birthday_problem
    union all
    select
        11, 'ages', 'ages are not known', count(*), null,
        'hardly anybody has a birthday; names of all who are not known to be adults are withheld'
    from int_people_aged
    having
        count(*) filter (where birthday_problem is null)
        < {{ var('min_known_birthday_share') }} * count(*)
    union all
    select
        12, 'erasure requests', 'carried out', count(*), null,
        sum(records_erased) || ' records erased, names taken out of ' || sum(records_changed)
    from erasure_requests_met
    where records_erased + records_changed > 0
    having count(*) > 0
    union all
    select
        12, 'erasure requests', 'met nobody', count(*), null,
        string_agg(source_file || ' line ' || source_line, ', ' order by source_file, source_line)
    from erasure_requests_met
    where records_erased + records_changed = 0
    having count(*) > 0
    union all
    select
        13, 'files not read', 'place ' || lpad(cast(place as varchar), 2, '0'), file_count, null,
        listed_as || ': ' || not_read_because
    from not_read
    where place <= 20
    union all
    select
        13, 'files not read', 'total', coalesce(sum(file_count), 0), null,
        case when max(place) > 20 then 'of ' || max(place) || ' places 20 are named' end
    from not_read
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
