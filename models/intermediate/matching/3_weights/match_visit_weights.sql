-- Grain: one row per transfer check-in and candidate, with the candidate's own visit that day.
-- Long: five levels of presence, and the chance of each, read as one table.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

match_candidates as (
    select * from {{ ref('match_candidates') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_pass_texts as (
    select * from {{ ref('core_pass_texts') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

population as (
    select cast(count(*) as double) as customers from core_customers
),

visits as (
    select
        checkins.checkin_id,
        checkins.customer_id,
        checkins.location_id,
        checkins.entry_kind,
        -- a pass that another person bought is not the visitor's own
        case when texts.buyer_name is null then lower(texts.pass_type) end as own_pass_type,
        texts.remaining_count,
        cast(checkins.checkin_datetime as date) as checkin_date,
        checkins.checkin_datetime,
    from core_checkins as checkins
    left join core_pass_texts as texts
        on checkins.entry_method_description = texts.entry_method_description
),

-- How well everybody else's visit that day fits the party. A host has a member check-in; a buyer
-- uses the same product, at about that time and before it is used up.
around as (
    select
        events.checkin_id,
        events.pass_kind,
        visits.customer_id,
        visits.checkin_id as own_checkin_id,
        case
            when events.pass_kind = 'guest' and visits.entry_kind != 'membership' then 'other'
            when events.pass_kind <> 'guest'
                and coalesce(visits.own_pass_type <> lower(events.pass_type), true)
                then 'other'
            when visits.remaining_count <= events.remaining_count
                or abs(date_diff('second', visits.checkin_datetime, events.checkin_datetime))
                > 60 * {{ match_parameter('party_window_minutes') }}
                then 'product'
            else 'party'
        end as visit_level,
        abs(date_diff('second', visits.checkin_datetime, events.checkin_datetime))
            as seconds_apart,
    from match_groups as events
    inner join visits
        on
            events.checkin_date = visits.checkin_date
            and events.location_id = visits.location_id
    where events.user_customer_id <> visits.customer_id
),

best_visits as (
    select around.*
    from around
    -- Of several visits the best fitting counts, then the closest in time.
    qualify row_number() over (
        partition by around.checkin_id, around.customer_id
        order by
            list_position(['party', 'product', 'other'], around.visit_level),
            around.seconds_apart,
            around.own_checkin_id
    ) = 1
),

-- Agreement: the share of purchasers who show the level. Chance: of all customers, on that day.
level_chances as (
    select
        levels.checkin_id,
        levels.visit_level,
        agreement.value as agreement,
        levels.customers / population.customers as chance,
    from (
        select
            best_visits.checkin_id,
            best_visits.pass_kind,
            best_visits.visit_level,
            count(*) as customers,
        from best_visits
        group by best_visits.checkin_id, best_visits.pass_kind, best_visits.visit_level
    ) as levels
    cross join population
    inner join match_parameters as agreement
        on agreement.parameter = levels.pass_kind || '_' || levels.visit_level || '_m'
),

absence_chances as (
    select
        kinds.pass_kind,
        1 - sum(agreement.value) as agreement,
    from (select distinct events.pass_kind from match_groups as events) as kinds
    inner join match_parameters as agreement
        on agreement.parameter in (
            kinds.pass_kind || '_party_m',
            kinds.pass_kind || '_product_m',
            kinds.pass_kind || '_other_m'
        )
    group by kinds.pass_kind
),

presence as (
    select
        level_chances.checkin_id,
        sum(level_chances.chance) as chance,
    from level_chances
    group by level_chances.checkin_id
),

weighed as (
    select
        candidates.checkin_id,
        candidates.customer_id,
        best_visits.own_checkin_id,
        coalesce(best_visits.visit_level, 'none') as visit_level,
        round(
            case
                when best_visits.visit_level is not null
                    then ln(level_chances.agreement / level_chances.chance)
                -- Without any other visitor on record an absence says nothing.
                when presence.chance is null then 0
                else
                    ln(absence_chances.agreement)
                    - ln(greatest(1 - presence.chance, 0.5 / population.customers))
            end,
            6
        ) as same_day_weight,
    from match_candidates as candidates
    cross join population
    inner join absence_chances
        on candidates.pass_kind = absence_chances.pass_kind
    left join presence
        on candidates.checkin_id = presence.checkin_id
    left join best_visits
        on
            candidates.checkin_id = best_visits.checkin_id
            and candidates.customer_id = best_visits.customer_id
    left join level_chances
        on
            best_visits.checkin_id = level_chances.checkin_id
            and best_visits.visit_level = level_chances.visit_level
)

select * from weighed
