-- Grain: one row per customer and sign that tells a child or an adult without a birthday.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_pass_texts as (
    select * from {{ ref('core_pass_texts') }}
),

core_membership_people as (
    select * from {{ ref('core_membership_people') }}
),

core_memberships as (
    select * from {{ ref('core_memberships') }}
),

core_relations as (
    select * from {{ ref('core_relations') }}
),

people_recorded as (
    select * from {{ ref('people_recorded') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

-- the buyer's name says nothing about the pass
passes as (
    select distinct
        core_checkins.customer_id,
        core_pass_texts.pass_type as pass_text,
    from core_checkins
    inner join core_pass_texts
        on
            core_checkins.entry_method_description
            = core_pass_texts.entry_method_description
),

-- The word says what the related one is.
parents as (
    select
        customer_id as parent_id,
        related_customer_id as child_id,
    from core_relations
    where relationship = 'child'
    union
    select
        related_customer_id,
        customer_id,
    from core_relations
    where relationship = 'parent'
),

-- a relation entered the wrong way round would make a child the parent: only the parent of a child
-- of known age is surely an adult
parents_of_minors as (
    select parents.parent_id
    from parents
    inner join people_recorded
        on parents.child_id = people_recorded.customer_id
    inner join core_today
        on people_recorded.birthday + to_years({{ var('adult_age_years') }}) > core_today.today
),

signs as (
    select customer_id, 'child' as age_group, 'came on a youth pass' as sign
    from passes
    where {{ tells_of_a_child('pass_text') }}
    union
    select customer_id, 'child', 'is on a youth membership'
    from core_membership_people
    where {{ tells_of_a_child('membership_name') }}
    union
    select child_id, 'child', 'is the child in a relation'
    from parents
    union
    select
        owner_customer_id,
        case when membership_owner_age < {{ var('adult_age_years') }} then 'child' else 'adult' end,
        'owns a membership at a known age'
    from core_memberships
    where
        owner_customer_id is not null
        and membership_owner_age between 0 and {{ var('oldest_age_years') }}
    union
    select customer_id, 'adult', 'came on a pass for adults'
    from passes
    where {{ tells_of_an_adult('pass_text') }}
    union
    select parent_id, 'adult', 'is the parent of a child of known age'
    from parents_of_minors
)

select * from signs
