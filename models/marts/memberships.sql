-- Grain: one row per membership that a household, or a person alone, has or had.
with membership_members as (
    select * from {{ ref('membership_members') }}
),

core_memberships as (
    select * from {{ ref('core_memberships') }}
),

customer_relatives as (
    select * from {{ ref('customer_relatives') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

rosters as (
    select
        membership_instance_id as membership_id,
        min(membership_type_id) as membership_type_id,
        min(membership_name) as membership_name,
        min(size) as size,
        min(status) as status,
        bool_or(is_listed) as is_listed,
        count(distinct customer_id) as people_count,
        list_sort(list(distinct customer_id)) as people,
        min(start_date) as start_date,
        case when bool_and(end_date is not null) then max(end_date) end as end_date,
    from membership_members
    group by membership_instance_id
),

-- The households leave out who is on a membership alone: it is the one of that type and days that
-- this person owns, or a close relative, or whose people nobody else can be.
fitting as (
    select
        rosters.membership_id as roster_id,
        cast(memberships.membership_id as varchar) as membership_id,
        case
            when rosters.people[1] = memberships.owner_customer_id then 2
            when customer_relatives.customer_id is not null then 1
            else 0
        end as closeness,
    from rosters
    inner join core_memberships as memberships
        on
            rosters.membership_type_id = memberships.membership_type_id
            and rosters.start_date = memberships.start_date
            and rosters.end_date is not distinct from memberships.end_date
    left join customer_relatives
        on
            rosters.people[1] = customer_relatives.customer_id
            and memberships.owner_customer_id = customer_relatives.relative_customer_id
            and customer_relatives.steps = 1
    where rosters.people_count = 1 and not rosters.is_listed
),

alone as (
    select * from fitting
    qualify
        closeness = max(closeness) over (partition by roster_id)
        and closeness = max(closeness) over (partition by membership_id)
        and count(*) over (partition by roster_id, closeness) = 1
        and count(*) over (partition by membership_id, closeness) = 1
),

named as (
    select
        rosters.* exclude (membership_id),
        coalesce(alone.membership_id, rosters.membership_id) as membership_id,
    from rosters
    left join alone
        on rosters.membership_id = alone.roster_id
),

-- a membership without a roster is one; what its own row says counts more than its roster
listed as (
    select
        coalesce(named.membership_id, cast(memberships.membership_id as varchar))
            as membership_id,
        coalesce(memberships.membership_type_id, named.membership_type_id) as membership_type_id,
        coalesce(memberships.membership_name, named.membership_name) as membership_name,
        coalesce(memberships.size, named.size) as size,
        coalesce(memberships.status, named.status) as status,
        memberships.owner_customer_id,
        coalesce(named.people_count, 0) as people_count,
        array_to_string(named.people, ',') as customer_ids,
        coalesce(memberships.start_date, named.start_date) as start_date,
        if(memberships.membership_id is null, named.end_date, memberships.end_date) as end_date,
    from named
    full join core_memberships as memberships
        on named.membership_id = cast(memberships.membership_id as varchar)
),

memberships as (
    select
        listed.*,
        case
            when listed.start_date > core_today.today then 'upcoming'
            when listed.end_date < core_today.today or listed.status = 'ended' then 'ended'
            when listed.status = 'frozen' then 'frozen'
            else 'running'
        end as standing,
    from listed
    left join core_today on true
)

select * from memberships
order by start_date, membership_id
