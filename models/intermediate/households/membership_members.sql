{{ config(materialized='table') }}
-- Grain: one row per membership instance and member.
with members as (
    select * from {{ ref('core_membership_people') }}
),

households_claimed as (
    select * from {{ ref('membership_households_claimed') }}
),

-- The owner comes first, then the members by kinship with the owner. Two rows of one person share a
-- place.
ranked as (
    select
        member_id,
        membership_id,
        roster_block,
        coalesce('membership-' || membership_id, 'household-' || household) as household_label,
        size,
        count(*) over (partition by roster_block, household_label) as household_rows,
        dense_rank() over (
            partition by roster_block, household_label
            order by owner_kinship desc, first_member_id asc
        ) as place,
    from households_claimed
),

-- The rest has no place yet: a duo's third person, and people with neither kinship nor a listed
-- membership.
seated as (
    select
        member_id,
        membership_id,
        roster_block,
        size,
        place,
        (membership_id is not null or household_rows > 1)
        and (size <> 'duo' or place <= {{ var('duo_member_limit') }}) as is_seated,
        case when is_seated then household_label end as household,
        row_number() over (partition by roster_block, is_seated order by member_id) as turn,
        case when not is_seated then turn end as turn_to_sit,
    from ranked
),

open_places as (
    select
        roster_block,
        household,
        row_number() over (partition by roster_block order by min(member_id)) as turn,
    from seated
    where is_seated and size = 'duo'
    group by roster_block, household
    having max(place) < {{ var('duo_member_limit') }}
),

-- For a family they join the household before them on the roster, else the one after them. For a
-- duo they take the next open place; where none is left, they are paired in roster order.
placed as (
    select
        seated.member_id,
        seated.membership_id,
        seated.roster_block,
        case
            when seated.is_seated then seated.household
            when seated.size = 'duo' then coalesce(
                open_places.household,
                'waiting-' || ((
                    seated.turn - 1
                    - coalesce(max(open_places.turn) over (partition by seated.roster_block), 0)
                ) // {{ var('duo_member_limit') }})
            )
            else coalesce(
                lag(seated.household ignore nulls) over roster,
                lead(seated.household ignore nulls) over roster,
                'waiting'
            )
        end as household,
    from seated
    left join open_places
        on
            seated.roster_block = open_places.roster_block
            and seated.turn_to_sit = open_places.turn
    window roster as (partition by seated.roster_block order by seated.member_id)
),

instances as (
    select
        member_id,
        max(case when household = 'membership-' || membership_id then membership_id end)
            over same_household as listed_membership_id,
        min(member_id) over same_household as first_member_id,
    from placed
    window same_household as (partition by roster_block, household)
),

resolved as (
    select
        coalesce(
            cast(instances.listed_membership_id as varchar),
            'derived-' || coalesce(instances.first_member_id, members.member_id)
        ) as membership_instance_id,
        members.member_id,
        members.membership_type_id,
        members.customer_id,
        members.membership_name,
        members.size,
        members.status,
        instances.listed_membership_id is not null as is_listed,
        members.start_date,
        members.end_date,
    from members
    left join instances
        on members.member_id = instances.member_id
)

select * from resolved
