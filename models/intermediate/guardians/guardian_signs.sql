-- Grain: one row per child, adult and sign that the adult is the child's guardian.
-- Long: three signs of one thing, with what each must not take for one.
with people as (
    select * from {{ ref('people') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

people_recorded as (
    select * from {{ ref('people_recorded') }}
),

core_relations as (
    select * from {{ ref('core_relations') }}
),

customer_relatives as (
    select * from {{ ref('customer_relatives') }}
),

membership_members as (
    select * from {{ ref('membership_members') }}
),

pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

core_today as (
    select * from {{ ref('core_today') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

-- a desk is nobody's guardian, and nobody's child
persons as (
    select
        people.customer_id,
        people.age_group,
        coalesce(person_records.person_id, people.customer_id) as person_id,
    from people
    left join person_records
        on people.customer_id = person_records.customer_id
    anti join placeholder_records
        on people.customer_id = placeholder_records.customer_id
),

children as (
    select
        customer_id,
        person_id,
    from persons
    where age_group = 'child'
),

-- of an adult's records the leading one stands for all
adults as (
    select
        customer_id,
        person_id,
    from persons
    where age_group = 'adult'
),

parents as (
    select
        related_customer_id as child_customer_id,
        customer_id as guardian_customer_id,
        cast(null as date) as since_date,
    from core_relations
    where relationship = 'child'
    union
    select
        customer_id,
        related_customer_id,
        null,
    from core_relations
    where relationship = 'parent'
),

-- whoever is recorded as a brother or sister, or is too close in age, is there as another child
on_one_membership as (
    select
        child.customer_id as child_customer_id,
        adult.customer_id as guardian_customer_id,
        min(greatest(child.start_date, adult.start_date)) as since_date,
    from membership_members as child
    inner join membership_members as adult
        on
            child.membership_instance_id = adult.membership_instance_id
            and child.customer_id != adult.customer_id
    inner join people_recorded as child_record
        on child.customer_id = child_record.customer_id
    inner join people_recorded as adult_record
        on adult.customer_id = adult_record.customer_id
    cross join core_today
    anti join core_relations as siblings
        on
            siblings.relationship = 'sibling'
            and least(child.customer_id, adult.customer_id)
            = least(siblings.customer_id, siblings.related_customer_id)
            and greatest(child.customer_id, adult.customer_id)
            = greatest(siblings.customer_id, siblings.related_customer_id)
    where
        child.size in ('duo', 'family')
        and child.start_date <= core_today.today
        and adult.start_date <= core_today.today
        -- a child of unknown age may be nearly grown up
        and coalesce(
            child_record.birthday, core_today.today - to_years({{ var('adult_age_years') }})
        )
        >= adult_record.birthday + to_years({{ var('guardian_min_years_older') }})
    group by child.customer_id, adult.customer_id
),

purchases as (
    select
        user_customer_id as child_customer_id,
        purchaser_customer_id as guardian_customer_id,
        checkin_date,
    from pass_transfers_matched
    inner join children
        on pass_transfers_matched.user_customer_id = children.customer_id
    where purchaser_customer_id is not null
),

-- a coach buys for a class
buyers_of_few as (
    select guardian_customer_id
    from purchases
    group by guardian_customer_id
    having count(distinct child_customer_id) <= {{ var('guardian_max_children') }}
),

bought as (
    select
        purchases.child_customer_id,
        purchases.guardian_customer_id,
        min(purchases.checkin_date) as since_date,
    from purchases
    inner join buyers_of_few
        on purchases.guardian_customer_id = buyers_of_few.guardian_customer_id
    left join customer_relatives
        on
            purchases.child_customer_id = customer_relatives.customer_id
            and purchases.guardian_customer_id = customer_relatives.relative_customer_id
    left join customer_records as child_record
        on purchases.child_customer_id = child_record.customer_id
    left join customer_records as adult_record
        on purchases.guardian_customer_id = adult_record.customer_id
    where
        customer_relatives.customer_id is not null
        or {{ name_key('child_record.last_name') }} = {{ name_key('adult_record.last_name') }}
    group by purchases.child_customer_id, purchases.guardian_customer_id
    having count(distinct purchases.checkin_date) >= {{ var('guardian_min_purchase_days') }}
),

signs as (
    select
        *,
        'recorded parent' as basis,
    from parents
    union all
    select
        *,
        'family membership',
    from on_one_membership
    union all
    select
        *,
        'passes bought',
    from bought
)

select
    children.customer_id as child_customer_id,
    adults.person_id as guardian_customer_id,
    min(signs.since_date) as since_date,
    signs.basis,
from signs
inner join children
    on signs.child_customer_id = children.customer_id
inner join adults
    on signs.guardian_customer_id = adults.customer_id
group by children.customer_id, adults.person_id, signs.basis
-- after the joins: as a condition of them it would compare each child with each adult
having any_value(children.person_id) != adults.person_id
