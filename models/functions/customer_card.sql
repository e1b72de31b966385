{{ config(parameters=['id']) }}
-- Grain: one row per line of this customer's card.
with transfers as (
    select * from {{ ref('pass_transfers').include(database=false) }}
    where cast(id as bigint) in (purchaser_customer_id, user_customer_id)
),

interactions as (
    select * from {{ ref('customer_interactions').include(database=false) }}
    where cast(id as bigint) in (customer_id_1, customer_id_2)
),

connections as (
    select
        *,
        customer_id_1 + customer_id_2 - cast(id as bigint) as other_customer_id,
    from {{ ref('customer_connections').include(database=false) }}
    where cast(id as bigint) in (customer_id_1, customer_id_2)
),

people as (
    select * from {{ ref('customers').include(database=false) }}
),

crews as (
    select crews.*
    from {{ ref('crews').include(database=false) }} as crews
    inner join {{ ref('crew_members').include(database=false) }} as members
        on crews.crew_id = members.crew_id
    where members.customer_id = cast(id as bigint)
),

lines as (
    select
        1 as section_number,
        'customer' as section,
        customer_id as other_customer_id,
        case age_group
            when 'child' then 'child, check-ins'
            when 'unknown' then 'of unknown age, check-ins'
            else 'check-ins'
        end as what,
        checkin_count as count,
        first_checkin_date as first_date,
        last_checkin_date as last_date,
    from people
    where customer_id = cast(id as bigint) and not is_placeholder
    union all
    select
        2, 'crew', null,
        format('{} members, {} about {}:00', member_count, usual_weekday, usual_hour),
        outing_count, first_outing_date, last_outing_date
    from crews
    union all
    select
        3, 'passes shared with others', user_customer_id, pass_type, count(*),
        min(cast(checkin_datetime as date)), max(cast(checkin_datetime as date))
    from transfers
    where purchaser_customer_id = cast(id as bigint)
    group by user_customer_id, pass_type
    union all
    select
        4, 'passes received', purchaser_customer_id,
        format('{} from {} ({})', pass_type, purchaser_name, match_method), count(*),
        min(cast(checkin_datetime as date)), max(cast(checkin_datetime as date))
    from transfers
    where user_customer_id = cast(id as bigint)
    group by purchaser_customer_id, pass_type, purchaser_name, match_method
    union all
    select
        5, 'interactions by type', null, interaction_type, count(*),
        min(interaction_date), max(interaction_date)
    from interactions
    group by interaction_type
    union all
    select
        6, 'connections by strength', null, 'strength ' || strength_score, count(*),
        min(first_interaction_date), max(last_interaction_date)
    from connections
    group by strength_score
    union all
    select
        7, 'connections, strongest first', other_customer_id,
        format('strength {}, {}: {}', strength_score, affinity_level, interaction_types),
        interaction_count, first_interaction_date, last_interaction_date
    from connections
)

select
    lines.section,
    lines.other_customer_id as customer_id,
    people.full_name,
    lines.what,
    lines.count,
    lines.first_date,
    lines.last_date,
from lines
left join people
    on lines.other_customer_id = people.customer_id
order by
    lines.section_number,
    case when lines.section_number = 6 then lines.what end desc,
    lines.count desc,
    lines.other_customer_id,
    lines.what
