-- Grain: one row per customer and sign that tells a child or an adult without a birthday.
with stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

int_pass_texts as (
    select * from {{ ref('int_pass_texts') }}
),

stg_capitan__members as (
    select * from {{ ref('stg_capitan__members') }}
),

stg_capitan__memberships as (
    select * from {{ ref('stg_capitan__memberships') }}
),

stg_capitan__relations as (
    select * from {{ ref('stg_capitan__relations') }}
),

int_people as (
    select * from {{ ref('int_people') }}
),

int_today as (
    select * from {{ ref('int_today') }}
),

-- the buyer's name says nothing about the pass
passes as (
    select distinct
        stg_capitan__checkins.customer_id,
        int_pass_texts.pass_type as pass_text,
    from stg_capitan__checkins
    inner join int_pass_texts
        on
            stg_capitan__checkins.entry_method_description
            = int_pass_texts.entry_method_description
),

-- CHI: the related one is the child. PRE: the related one is the parent.
parents as (
    select
        customer_id as parent_id,
        related_customer_id as child_id,
    from stg_capitan__relations
    where relationship = 'CHI'
    union
    select
        related_customer_id,
        customer_id,
    from stg_capitan__relations
    where relationship = 'PRE'
),

-- an entry turned round would make a child the parent: only beside a child of known age is the
-- other one certainly grown up
parents_of_minors as (
    select parents.parent_id
    from parents
    inner join int_people
        on parents.child_id = int_people.customer_id
    inner join int_today
        on int_people.birthday + to_years({{ var('adult_age_years') }}) > int_today.today
),

signs as (
    select customer_id, 'child' as age_group, 'came on a youth pass' as sign
    from passes
    where {{ tells_of_a_child('pass_text') }}
    union
    select customer_id, 'child', 'is on a youth membership'
    from stg_capitan__members
    where {{ tells_of_a_child('membership_name') }}
    union
    select child_id, 'child', 'is the child in a relation'
    from parents
    union
    select
        owner_customer_id,
        case when membership_owner_age < {{ var('adult_age_years') }} then 'child' else 'adult' end,
        'owns a membership at a known age'
    from stg_capitan__memberships
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
