-- Grain: one row per member of a shared (duo or family) roster, and one per owner of a listed one.
with members as (
    select * from {{ ref('stg_capitan__members') }}
),

memberships as (
    select * from {{ ref('stg_capitan__memberships') }}
),

customers as (
    select * from {{ ref('stg_capitan__customers') }}
),

-- An owner is a seat of his own, on the roster or not: a parent may pay and never climb.
seats as (
    select
        members.member_id as seat_id,
        members.member_id,
        cast(null as bigint) as owned_membership_id,
        members.customer_id,
        members.membership_type_id,
        members.member_last_name,
        members.size,
        members.status,
        members.start_date,
        members.end_date
    from members

    union all

    select
        -memberships.membership_id as seat_id,
        cast(null as bigint) as member_id,
        memberships.membership_id as owned_membership_id,
        memberships.owner_customer_id as customer_id,
        memberships.membership_type_id,
        cast(null as varchar) as member_last_name,
        memberships.size,
        memberships.status,
        memberships.start_date,
        memberships.end_date
    from memberships
),

-- What the rows of one roster have in common: members of different blocks are never together.
blocked as (
    select
        *,
        concat_ws(
            '|', membership_type_id, size, coalesce(status, ''),
            coalesce(cast(start_date as varchar), ''), coalesce(cast(end_date as varchar), '')
        ) as roster_block
    from seats
    where size in ('duo', 'family')
),

-- An address that more people share than a household holds is the front desk's.
households as (
    select
        customer_id,
        last_name,
        case
            when count(*) over (partition by lower(trim(email))) <= {{ var('household_email_limit') }}
                then nullif(lower(trim(email)), '')
        end as email
    from customers
),

described as (
    select
        blocked.seat_id,
        blocked.member_id,
        blocked.owned_membership_id,
        blocked.customer_id,
        blocked.roster_block,
        nullif(
            lower(strip_accents(trim(coalesce(blocked.member_last_name, households.last_name)))), ''
        ) as surname,
        households.email,
        blocked.size,
        coalesce(
            blocked.member_id,
            min(blocked.member_id) over (partition by blocked.roster_block, blocked.customer_id)
        ) as roster_position
    from blocked
    left join households
        on blocked.customer_id = households.customer_id
)

select * from described
