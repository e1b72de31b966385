{{ config(materialized='table') }}
-- Grain: one row per person on a duo or family roster.
with seats as (
    select * from {{ ref('membership_seats') }}
),

links as (
    select * from {{ ref('membership_links_scored') }}
),

-- Kinship is transitive: a child is joined to the owner by way of a brother.
kin_links as (
    select
        seats.roster_block,
        links.seat_id,
        links.other_seat_id,
    from links
    inner join seats
        on links.seat_id = seats.seat_id
    where links.is_kin
),

reached as (
    {{ connected_components(
        'kin_links', 'roster_block', 'seat_id', 'other_seat_id', 'seat_id'
    ) }} -- noqa: PRS
),

kin_groups as (
    select
        seats.seat_id,
        coalesce(reached.component_id, seats.seat_id) as kin_group,
    from seats
    left join reached
        on seats.seat_id = reached.seat_id
),

grouped as (
    select
        seats.*,
        kin_groups.kin_group,
        count(*) over (partition by kin_groups.kin_group) as group_seats,
        count(seats.owned_membership_id) over (partition by kin_groups.kin_group) > 0 as has_owner,
        seats.size = 'family'
        and count(seats.owned_membership_id) over (partition by seats.roster_block) > 0
            as is_listed_family,
    from seats
    inner join kin_groups
        on seats.seat_id = kin_groups.seat_id
),

-- Every membership has an owner, so a household without one joins the closest household of its
-- block that has one. In a duo, and where no owner is listed, only a seat without any kinship joins
-- another household.
adopted as (
    select
        grouped.kin_group,
        other_seats.kin_group as household,
    from grouped
    inner join links
        on grouped.seat_id = links.seat_id
    inner join grouped as other_seats
        on
            links.other_seat_id = other_seats.seat_id
            and grouped.kin_group <> other_seats.kin_group
    where
        not grouped.has_owner
        and (
            other_seats.has_owner
            or (other_seats.group_seats > 1 and not grouped.is_listed_family)
        )
        and (grouped.group_seats = 1 or grouped.is_listed_family)
    qualify
        row_number() over (
            partition by grouped.kin_group
            order by links.kinship desc, grouped.seat_id asc, other_seats.seat_id asc
        ) = 1
),

households as (
    select
        grouped.*,
        coalesce(adopted.household, grouped.kin_group) as household,
    from grouped
    left join adopted
        on grouped.kin_group = adopted.kin_group
),

-- Two owners in one household are two memberships: each member follows the closer owner.
claimed as (
    select
        members.member_id,
        owners.owned_membership_id as membership_id,
        members.roster_block,
        members.household,
        members.size,
        min(members.member_id) over (partition by members.household, members.customer_id)
            as first_member_id,
        coalesce(links.kinship, 0) as owner_kinship,
    from households as members
    left join households as owners
        on
            members.household = owners.household
            and owners.owned_membership_id is not null
    left join links
        on
            members.seat_id = links.seat_id
            and owners.seat_id = links.other_seat_id
    where members.member_id is not null
    qualify
        row_number() over (
            partition by members.member_id
            order by
                coalesce(links.kinship, 0) desc,
                abs(members.roster_position - owners.roster_position) asc nulls last,
                abs(members.customer_id - owners.customer_id) asc nulls last,
                owners.owned_membership_id asc nulls last
        ) = 1
)

select * from claimed
