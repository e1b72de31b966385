-- Grain: one row per transfer check-in and customer who may have bought its pass.
with parameters as (
    select * from {{ ref('match_parameters') }}
),

events as (
    select * from {{ ref('int_purchaser_events') }}
),

name_candidates as (
    select * from {{ ref('int_purchaser_name_candidates') }}
),

day_chances as (
    select * from {{ ref('int_match_day_chances') }}
),

relatives as (
    select * from {{ ref('int_customer_relatives') }}
),

customer_names as (
    select * from {{ ref('int_customer_names') }}
),

name_words as (
    select * from {{ ref('int_name_words') }}
),

customers as (
    select * from {{ ref('stg_capitan__customers') }}
),

checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

members as (
    select * from {{ ref('stg_capitan__members') }}
),

population as (
    select cast(count(*) as double) as customers from customers
),

-- Nobody who used the pass in any check-in of the group bought it.
candidates as (
    select
        events.checkin_id,
        events.purchaser_group_id,
        events.user_customer_id,
        events.location_id,
        events.pass_type,
        events.pass_kind,
        events.remaining_count,
        events.checkin_datetime,
        events.checkin_date,
        name_candidates.customer_id,
        name_candidates.first_level,
        name_candidates.last_level,
        name_candidates.name_weight,
    from events
    inner join name_candidates
        on events.written_name = name_candidates.written_name
    left join events as own_uses
        on
            events.purchaser_group_id = own_uses.purchaser_group_id
            and name_candidates.customer_id = own_uses.user_customer_id
    where own_uses.checkin_id is null
    group by all
),

own_checkins as (
    select
        checkins.checkin_id,
        checkins.customer_id,
        checkins.location_id,
        checkins.entry_method,
        lower(regexp_replace(
            checkins.entry_method_description, '\s*\([0-9]+ remaining\)\s*$', ''
        )) as pass_type,
        try_cast(regexp_extract(
            checkins.entry_method_description, '\(([0-9]+) remaining\)\s*$', 1
        ) as integer) as remaining_count,
        checkins.checkin_datetime,
        cast(checkins.checkin_datetime as date) as checkin_date,
    from checkins
),

-- How everyone around fits the party: 3 the same product at that time and before it was used up,
-- 2 the same product on that day, 1 anything else on that day.
around as (
    select
        events.checkin_id,
        own_checkins.customer_id,
        own_checkins.checkin_id as own_checkin_id,
        case
            when (events.pass_kind = 'guest' and own_checkins.entry_method <> 'MEM')
                or (
                    events.pass_kind <> 'guest'
                    and own_checkins.pass_type <> lower(events.pass_type)
                )
                then 1
            when abs(date_diff('minute', own_checkins.checkin_datetime, events.checkin_datetime))
                > {{ match_parameter('party_window_minutes') }}
                then 2
            when own_checkins.remaining_count <= events.remaining_count then 2
            else 3
        end as party_rank,
        abs(date_diff('second', own_checkins.checkin_datetime, events.checkin_datetime))
            as seconds_apart,
    from events
    inner join own_checkins
        on
            events.checkin_date = own_checkins.checkin_date
            and events.location_id = own_checkins.location_id
    where events.user_customer_id <> own_checkins.customer_id
),

best_around as (
    select
        around.checkin_id,
        around.customer_id,
        around.own_checkin_id,
        around.party_rank,
    from around
    qualify row_number() over (
        partition by around.checkin_id, around.customer_id
        order by around.party_rank desc, around.seconds_apart, around.own_checkin_id
    ) = 1
),

around_counts as (
    select
        best_around.checkin_id,
        count(*) filter (where best_around.party_rank = 3) as party_customers,
        count(*) filter (where best_around.party_rank = 2) as product_customers,
        count(*) filter (where best_around.party_rank = 1) as other_customers,
        count(*) as present_customers,
    from best_around
    group by best_around.checkin_id
),

same_day_shares as (
    select
        kinds.pass_kind,
        party.value as party_share,
        product.value as product_share,
        other.value as other_share,
    from (values ('day'), ('multi'), ('guest')) as kinds (pass_kind)
    inner join parameters as party
        on party.parameter = kinds.pass_kind || '_party_m'
    inner join parameters as product
        on product.parameter = kinds.pass_kind || '_product_m'
    inner join parameters as other
        on other.parameter = kinds.pass_kind || '_other_m'
),

last_names as (
    select
        customer_names.customer_id,
        customer_names.last_name,
        name_words.customers,
    from customer_names
    inner join name_words
        on
            customer_names.last_name = name_words.word
            and name_words.name_field = 'last'
    where customer_names.first_form = 'first'
        and customer_names.last_form = 'full'
),

relative_counts as (
    select relatives.customer_id, count(*) as relatives
    from relatives
    group by relatives.customer_id
),

active_members as (
    select distinct candidates.checkin_id, candidates.customer_id
    from candidates
    inner join members
        on
            candidates.customer_id = members.customer_id
            and candidates.checkin_date between members.start_date
            and coalesce(members.end_date, candidates.checkin_date)
    where candidates.pass_kind = 'guest'
),

active_customers as (
    select distinct candidates.checkin_id, candidates.customer_id
    from candidates
    inner join own_checkins
        on
            candidates.customer_id = own_checkins.customer_id
            and abs(candidates.checkin_date - own_checkins.checkin_date)
            <= {{ match_parameter('activity_window_days') }}
    where candidates.checkin_date <> own_checkins.checkin_date
),

facts as (
    select
        candidates.*,
        best_around.own_checkin_id,
        coalesce(best_around.party_rank, 0) as party_rank,
        case coalesce(best_around.party_rank, 0)
            when 3 then same_day_shares.party_share
            when 2 then same_day_shares.product_share
            when 1 then same_day_shares.other_share
            else
                1
                - same_day_shares.party_share
                - same_day_shares.product_share
                - same_day_shares.other_share
        end as same_day_share,
        case coalesce(best_around.party_rank, 0)
            when 3 then around_counts.party_customers
            when 2 then around_counts.product_customers
            when 1 then around_counts.other_customers
            else population.customers - coalesce(around_counts.present_customers, 0)
        end / population.customers as same_day_chance,
        case
            when relatives.relative_customer_id is not null
                then {{ match_parameter('household_share') }}
                    * population.customers / relative_counts.relatives
            else 0
        end
        + (
            1
            - case
                when relative_counts.relatives > 0 then {{ match_parameter('household_share') }}
                else 0
            end
        )
        * (
            1 - {{ match_parameter('same_last_share') }}
            + case
                when last_names.last_name = user_last_names.last_name
                    then {{ match_parameter('same_last_share') }}
                        * {{ match_parameter('same_last_m') }}
                        * population.customers / last_names.customers
                else 0
            end
        ) as household_odds,
        active_members.customer_id is not null as is_active_member,
        active_customers.customer_id is not null as is_active,
        customers.birthday
            > candidates.checkin_date
            - cast({{ match_parameter('child_age') }} as integer) * interval 1 year as is_child,
        cast(customers.created_at as date) > candidates.checkin_date as is_later,
        day_chances.active_customers / population.customers as active_chance,
        day_chances.member_customers / population.customers as member_chance,
        day_chances.child_customers / day_chances.born_customers as child_chance,
        day_chances.later_customers / population.customers as later_chance,
        0.5 / population.customers as least_chance,
    from candidates
    inner join customers
        on candidates.customer_id = customers.customer_id
    inner join day_chances
        on candidates.checkin_date = day_chances.checkin_date
    inner join same_day_shares
        on candidates.pass_kind = same_day_shares.pass_kind
    cross join population
    left join best_around
        on
            candidates.checkin_id = best_around.checkin_id
            and candidates.customer_id = best_around.customer_id
    left join around_counts
        on candidates.checkin_id = around_counts.checkin_id
    left join relatives
        on
            candidates.user_customer_id = relatives.customer_id
            and candidates.customer_id = relatives.relative_customer_id
    left join relative_counts
        on candidates.user_customer_id = relative_counts.customer_id
    left join last_names
        on candidates.customer_id = last_names.customer_id
    left join last_names as user_last_names
        on candidates.user_customer_id = user_last_names.customer_id
    left join active_members
        on
            candidates.checkin_id = active_members.checkin_id
            and candidates.customer_id = active_members.customer_id
    left join active_customers
        on
            candidates.checkin_id = active_customers.checkin_id
            and candidates.customer_id = active_customers.customer_id
)

select
    facts.checkin_id,
    facts.purchaser_group_id,
    facts.customer_id,
    facts.own_checkin_id,
    facts.first_level,
    facts.last_level,
    facts.pass_kind,
    facts.party_rank,
    round(facts.name_weight, 6) as name_weight,
    round(ln(facts.same_day_share / facts.same_day_chance), 6) as same_day_weight,
    round(ln(facts.household_odds), 6) as household_weight,
    round(
        case
            when facts.pass_kind <> 'guest' or facts.party_rank >= 2 or facts.member_chance = 0
                then 0
            when facts.is_active_member
                then ln({{ match_parameter('guest_member_m') }} / facts.member_chance)
            else
                ln(
                    (1 - {{ match_parameter('guest_member_m') }})
                    / greatest(1 - facts.member_chance, facts.least_chance)
                )
        end,
        6
    ) as member_weight,
    round(
        {{ match_parameter('active_factor') }} * case
            when facts.party_rank > 0 or facts.active_chance = 0 then 0
            when facts.is_active then ln({{ match_parameter('active_m') }} / facts.active_chance)
            else
                ln(
                    (1 - {{ match_parameter('active_m') }})
                    / greatest(1 - facts.active_chance, facts.least_chance)
                )
        end,
        6
    ) as activity_weight,
    round(
        case
            when facts.is_child
                then ln({{ match_parameter('child_m') }} / facts.child_chance)
            when not facts.is_child
                then ln((1 - {{ match_parameter('child_m') }}) / (1 - facts.child_chance))
            else 0
        end
        + case
            when facts.is_later
                then ln({{ match_parameter('later_m') }} / facts.later_chance)
            when not facts.is_later
                then ln((1 - {{ match_parameter('later_m') }}) / (1 - facts.later_chance))
            else 0
        end,
        6
    ) as record_weight,
    facts.checkin_date,
from facts
