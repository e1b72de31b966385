-- Grain: one row per two customer records that are one person.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

duplicate_records as (
    select * from {{ ref('duplicate_records') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

duplicates as (
    select
        duplicates.customer_id_1,
        duplicates.customer_id_2,
        concat_ws(' ', one.first_name, one.last_name) as name_1,
        concat_ws(' ', other.first_name, other.last_name) as name_2,
        duplicates.is_same_last_name,
        duplicates.is_same_birthday,
        duplicates.is_same_email,
        duplicates.is_same_phone,
        duplicates.same_probability,
    from duplicate_records as duplicates
    inner join core_customers as one
        on duplicates.customer_id_1 = one.customer_id
    inner join core_customers as other
        on duplicates.customer_id_2 = other.customer_id
    where duplicates.same_probability >= {{ match_parameter('same_person_accept') }}
)

select * from duplicates
order by customer_id_1, customer_id_2
