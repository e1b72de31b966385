-- Grain: one row per membership instance whose payer is known.
with core_memberships as (
    select * from {{ ref('core_memberships') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

-- What members call their membership's id is the type in some exports and the instance in others:
-- the table of memberships knows more of the ids as the one or as the other.
readings as (
    select
        count(*) filter (ids.membership_type_id in (
            select core_memberships.membership_id from core_memberships
        )) > count(*) filter (ids.membership_type_id in (
            select core_memberships.membership_type_id from core_memberships
        )) as is_instance,
    from (select distinct membership_type_id from core_membership_people) as ids
),

-- A temporary pass may stand in no table of memberships; alone on it, its member pays it.
payers as (
    select
        core_memberships.membership_id,
        core_memberships.owner_customer_id as customer_id,
        core_memberships.source_system,
    from core_memberships
    where core_memberships.owner_customer_id is not null
    union all
    select
        people.membership_type_id,
        min(people.customer_id),
        min(people.source_system),
    from core_membership_people as people
    cross join readings
    anti join core_memberships
        on people.membership_type_id = core_memberships.membership_id
    where readings.is_instance
    group by people.membership_type_id
    having count(distinct people.customer_id) = 1 and count(people.customer_id) = count(*)
)

select * from payers
