-- Every member has a significant tie to another member of the crew, and every member is listed.
with crews as (
    select * from {{ ref('crews') }}
),

crew_members as (
    select * from {{ ref('crew_members') }}
),

crew_ties as (
    select * from {{ ref('crew_ties') }}
),

tied as (
    select
        one.crew_id,
        unnest([one.customer_id, other.customer_id]) as customer_id,
    from crew_ties
    inner join crew_members as one
        on crew_ties.customer_id_1 = one.customer_id
    inner join crew_members as other
        on crew_ties.customer_id_2 = other.customer_id
    where one.crew_id = other.crew_id
),

untied as (
    select
        crew_members.crew_id,
        crew_members.customer_id,
    from crew_members
    left join tied
        on
            crew_members.crew_id = tied.crew_id
            and crew_members.customer_id = tied.customer_id
    where tied.customer_id is null
),

miscounted as (
    select
        crews.crew_id,
        null as customer_id,
    from crews
    left join crew_members
        on crews.crew_id = crew_members.crew_id
    group by crews.crew_id, crews.member_count
    having count(crew_members.customer_id) != crews.member_count
)

select * from untied
union all
select * from miscounted
