{{ config(materialized='table') }}
-- Grain: one row per customer who belongs to a crew.
with crew_ties as (
    select * from {{ ref('crew_ties') }}
),

all_ties as (
    select
        0 as tie_rank,
        customer_id_1,
        customer_id_2,
    from crew_ties
),

groups as (
    {{ connected_components('all_ties') }} -- noqa: PRS
),

person_records as (
    select * from {{ ref('person_records') }}
),

too_large as (
    select component_id
    from groups
    group by component_id
    having count(*) > {{ var('crew_max_members') }}
),

-- a group that is too large loses its weakest ties, one rank after another
steps as (
    select distinct tie_rank from crew_ties
),

stronger_ties as (
    select
        steps.tie_rank,
        crew_ties.customer_id_1,
        crew_ties.customer_id_2,
    from crew_ties
    inner join groups
        on crew_ties.customer_id_1 = groups.customer_id
    inner join too_large
        on groups.component_id = too_large.component_id
    inner join steps
        on crew_ties.tie_rank >= steps.tie_rank
),

parts as (
    {{ connected_components('stronger_ties') }} -- noqa: PRS
),

candidates as (
    select * from groups
    union all
    select * from parts
),

-- the first rank at which the group fits ends this
fitting as (
    select
        tie_rank,
        customer_id,
        component_id,
        count(*) over (partition by tie_rank, component_id) as member_count,
    from candidates
    qualify member_count <= {{ var('crew_max_members') }}
),

settled as (
    select
        customer_id,
        component_id,
    from fitting
    qualify row_number() over (partition by customer_id order by tie_rank) = 1
),

-- two records of one person are two members, and make no crew of one person and another
counted as (
    select
        settled.customer_id,
        settled.component_id,
        count(distinct coalesce(person_records.person_id, settled.customer_id)) over (
            partition by settled.component_id
        ) as person_count,
    from settled
    left join person_records
        on settled.customer_id = person_records.customer_id
)

select
    customer_id,
    component_id as crew_key,
from counted
where person_count >= {{ var('crew_min_members') }}
