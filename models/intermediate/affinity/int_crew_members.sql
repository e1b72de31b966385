{{ config(materialized='table') }}
-- Grain: one row per customer who belongs to a crew.
with int_crew_ties as (
    select * from {{ ref('int_crew_ties') }}
),

all_ties as (
    select
        0 as ladder_step,
        customer_id_1,
        customer_id_2,
    from int_crew_ties
),

groups as (
    {{ affinity_components('all_ties') }} -- noqa: PRS
),

int_persons as (
    select * from {{ ref('int_persons') }}
),

too_large as (
    select component_id
    from groups
    group by component_id
    having count(*) > {{ var('crew_max_members') }}
),

-- a group that is too large climbs the ladder: at each step its weakest ties are left out
steps as (
    select distinct ladder_step from int_crew_ties
),

stronger_ties as (
    select
        steps.ladder_step,
        int_crew_ties.customer_id_1,
        int_crew_ties.customer_id_2,
    from int_crew_ties
    inner join groups
        on int_crew_ties.customer_id_1 = groups.customer_id
    inner join too_large
        on groups.component_id = too_large.component_id
    inner join steps
        on int_crew_ties.ladder_step >= steps.ladder_step
),

parts as (
    {{ affinity_components('stronger_ties') }} -- noqa: PRS
),

candidates as (
    select * from groups
    union all
    select * from parts
),

-- the first step at which the group fits is where the climb ends
fitting as (
    select
        ladder_step,
        customer_id,
        component_id,
        count(*) over (partition by ladder_step, component_id) as member_count,
    from candidates
    qualify member_count <= {{ var('crew_max_members') }}
),

settled as (
    select
        customer_id,
        component_id,
    from fitting
    qualify row_number() over (partition by customer_id order by ladder_step) = 1
),

-- two records of one person are two members, and make no crew of one person and another
counted as (
    select
        settled.customer_id,
        settled.component_id,
        count(distinct coalesce(int_persons.person_id, settled.customer_id)) over (
            partition by settled.component_id
        ) as person_count,
    from settled
    left join int_persons
        on settled.customer_id = int_persons.customer_id
)

select
    customer_id,
    component_id as lowest_customer_id,
from counted
where person_count >= {{ var('crew_min_members') }}
