-- Grain: one row per child and adult who can be spoken to about it.
with guardian_signs as (
    select * from {{ ref('guardian_signs') }}
    -- off unless the gym switches it on
    where {{ var('list_guardians') }}
),

guardian_bases as (
    select * from {{ ref('guardian_bases') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

-- an adult with several records is reached by any of them
reachable as (
    select distinct coalesce(person_records.person_id, customer_records.customer_id) as person_id
    from customer_records
    left join person_records
        on customer_records.customer_id = person_records.customer_id
    where customer_records.email is not null or customer_records.phone is not null
),

guardians as (
    select
        signs.child_customer_id,
        signs.guardian_customer_id,
        arg_max(signs.basis, bases.strength) as basis,
        string_agg(signs.basis, ', ' order by bases.strength desc) as bases,
        min(signs.since_date) as since_date,
        cast(max_by(bases.probability, bases.strength) as decimal(3, 2)) as probability,
        bool_or(reachable.person_id is not null) as is_reachable,
    from guardian_signs as signs
    inner join guardian_bases as bases
        on signs.basis = bases.basis
    left join reachable
        on signs.guardian_customer_id = reachable.person_id
    group by signs.child_customer_id, signs.guardian_customer_id
)

select * from guardians
order by child_customer_id, probability desc, guardian_customer_id
