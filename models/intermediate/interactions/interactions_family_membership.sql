-- Grain: one row per interaction_date and pair of members of one real duo or family membership.
with membership_members as (
    select * from {{ ref('membership_members') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

rosters as (
    select
        membership_instance_id,
        list(member_id order by member_id) as member_ids,
    from membership_members
    group by membership_instance_id
),

people as (
    select
        membership_members.*,
        coalesce(person_records.person_id, membership_members.customer_id) as person_id,
    from membership_members
    anti join placeholder_records
        on membership_members.customer_id = placeholder_records.customer_id
    left join person_records
        on membership_members.customer_id = person_records.customer_id
),

-- One row per instance and pair, also when a person stands on the roster twice. Two records of one
-- person are no pair.
pairs as (
    select
        members.membership_instance_id,
        members.customer_id as customer_id_1,
        other_members.customer_id as customer_id_2,
        min(members.membership_type_id) as membership_id,
        min(members.membership_name) as membership_name,
        min(members.start_date) as interaction_date,
    from people as members
    inner join people as other_members
        on
            members.membership_instance_id = other_members.membership_instance_id
            and members.customer_id < other_members.customer_id
            and members.person_id != other_members.person_id
    where members.start_date is not null
    group by members.membership_instance_id, members.customer_id, other_members.customer_id
),

-- Memberships of one pair that start on one day are one row: the lowest instance stays.
interactions as (
    select
        pairs.customer_id_1,
        pairs.customer_id_2,
        pairs.membership_id,
        'family_membership' as interaction_type,
        pairs.membership_name,
        rosters.member_ids,
        count(*) over same_pair as repeat_count,
        pairs.interaction_date,
    from pairs
    inner join rosters
        on pairs.membership_instance_id = rosters.membership_instance_id
    window
        same_pair as (
            partition by pairs.interaction_date, pairs.customer_id_1, pairs.customer_id_2
        )
    qualify
        row_number() over (
            same_pair
            order by
                try_cast(pairs.membership_instance_id as bigint) asc nulls last,
                pairs.membership_instance_id asc
        ) = 1
)

select * from interactions
