-- Grain: one row per person on a duo or family roster, and one per owner of such a membership.
with members as (
    select * from {{ ref('core_membership_people') }}
),

memberships as (
    select * from {{ ref('core_memberships') }}
),

customers as (
    select * from {{ ref('customer_records') }}
),

-- The owner has a further seat, on the roster or not: a parent may pay and never climb.
seats as (
    select
        members.member_id as seat_id,
        members.member_id,
        cast(null as bigint) as owned_membership_id,
        members.membership_type_id,
        members.customer_id,
        members.member_last_name,
        members.size,
        members.status,
        members.start_date,
        members.end_date,
    from members
    union all
    select
        -memberships.membership_id as seat_id,
        cast(null as bigint) as member_id,
        memberships.membership_id as owned_membership_id,
        memberships.membership_type_id,
        memberships.owner_customer_id as customer_id,
        cast(null as varchar) as member_last_name,
        memberships.size,
        memberships.status,
        memberships.start_date,
        memberships.end_date,
    from memberships
),

described as (
    select
        seats.seat_id,
        seats.member_id,
        seats.owned_membership_id,
        seats.customer_id,
        seats.size,
        concat_ws(
            '|',
            seats.membership_type_id,
            seats.size,
            coalesce(seats.status, ''),
            coalesce(cast(seats.start_date as varchar), ''),
            coalesce(cast(seats.end_date as varchar), '')
        ) as roster_block,
        {{ normalise_letters('coalesce(seats.member_last_name, customers.last_name)') }} as surname,
        customers.email,
    from seats
    left join customers
        on seats.customer_id = customers.customer_id
    where seats.size in ('duo', 'family')
),

-- A name or address on more seats than a household fills says nothing: a common surname where many
-- memberships start on one day, the address of the front desk.
households as (
    select
        seat_id,
        member_id,
        owned_membership_id,
        customer_id,
        roster_block,
        case
            when
                count(*) over (partition by roster_block, surname)
                <= {{ var('household_seats_most') }}
                then nullif(regexp_replace(surname, {{ name_suffix_pattern() }}, ''), '')
        end as surname,
        case
            when
                count(*) over (partition by roster_block, email)
                <= {{ var('household_seats_most') }}
                then nullif(email, '')
        end as email,
        size,
        coalesce(member_id, min(member_id) over (partition by roster_block, customer_id))
            as roster_position,
    from described
)

select * from households
