-- Grain: one row per guest, followed until the membership, the longest horizon or the last day.
with guests as (
    select * from {{ ref('guests') }}
),

membership_members as (
    select * from {{ ref('membership_members') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

joined as (
    select
        guests.customer_id,
        min(members.membership_instance_id) as membership_instance_id,
    from guests
    inner join (
        select
            membership_members.*,
            coalesce(person_records.person_id, membership_members.customer_id) as person_id,
        from membership_members
        left join person_records
            on membership_members.customer_id = person_records.customer_id
    ) as members
        on
            guests.customer_id = members.person_id
            and guests.membership_date = members.start_date
    where guests.days_to_membership <= {{ var('guest_conversion_days') | max }}
    group by guests.customer_id
),

-- a family that joins on one membership decides once
conversions as (
    select
        customer_id,
        cast(1 / count(*) over (partition by membership_instance_id) as decimal(18, 9))
            as conversion,
    from joined
),

-- how long a guest could be seen, and how long until a conversion
followed as (
    select
        guests.customer_id,
        guests.entry_kind,
        guests.host_customer_id,
        guests.host_confidence,
        guests.season,
        guests.party_size > {{ var('known_tie_group_size') }} as is_large_party,
        guests.is_child,
        guests.second_visit_date is not null as has_returned,
        coalesce(conversions.conversion, 0) as conversion,
        least(guests.observed_days, {{ var('guest_conversion_days') | max }}) as potential_days,
        case
            when conversions.customer_id is not null then guests.days_to_membership
            else potential_days
        end as followed_days,
    from guests
    left join conversions
        on guests.customer_id = conversions.customer_id
)

select * from followed
