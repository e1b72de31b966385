{{ config(materialized='table') }}
-- Grain: one row per customer record whose person has several.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

duplicate_records as (
    select * from {{ ref('duplicate_records') }}
),

record_pairs as (
    select * from {{ ref('record_pairs') }}
    where answer = 'not_same'
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

one_person as (
    select
        0 as tie_rank,
        customer_id_1,
        customer_id_2,
    from duplicate_records
    where same_probability >= {{ match_parameter('same_person_accept') }}
),

-- a third record may be known to be the first's by way of the second only
chained as (
    {{ connected_components('one_person') }} -- noqa: PRS
),

-- two that staff call two persons may be joined by a third record: nobody can tell whose it is
torn as (
    select distinct one.component_id
    from record_pairs
    inner join chained as one
        on record_pairs.customer_id_1 = one.customer_id
    inner join chained as other
        on
            record_pairs.customer_id_2 = other.customer_id
            and one.component_id = other.component_id
),

-- a record without a birthday may resemble the father's and the son's: it does not join the two,
-- and belongs to neither
parted as (
    select
        chained.customer_id,
        chained.component_id,
        case
            when torn.component_id is not null then 'torn, ' || chained.customer_id
            when
                min(records.birthday) over (partition by chained.component_id)
                != max(records.birthday) over (partition by chained.component_id)
                then coalesce(cast(records.birthday as varchar), 'none, ' || chained.customer_id)
        end as part,
    from chained
    inner join customer_records as records
        on chained.customer_id = records.customer_id
    left join torn
        on chained.component_id = torn.component_id
),

persons as (
    select
        customer_id,
        min(customer_id) over (partition by component_id, part) as person_id,
    from parted
    qualify count(*) over (partition by component_id, part) > 1
)

select * from persons
