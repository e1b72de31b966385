-- Grain: one row per name field and word that customers carry in it.
with customer_names as (
    select * from {{ ref('int_customer_names') }}
),

fields as (
    select distinct
        'first' as name_field,
        customer_names.first_name as word,
        customer_names.customer_id,
    from customer_names
    where customer_names.first_name <> ''
    union all
    select distinct
        'last',
        customer_names.last_name,
        customer_names.customer_id,
    from customer_names
    where customer_names.last_name <> ''
)

select
    fields.name_field,
    fields.word,
    count(*) as customers,
from fields
group by fields.name_field, fields.word
