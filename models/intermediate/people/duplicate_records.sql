-- Grain: one row per two customer records that are, or may be, one person.
with record_pairs as (
    select * from {{ ref('record_pairs') }}
    where answer is distinct from 'not_same'
),

pairs as (
    select
        customer_id_1,
        customer_id_2,
        is_same_last_name,
        is_same_birthday,
        is_same_email,
        is_same_phone,
        if(answer = 'same', 1, same_probability) as same_probability,
    from record_pairs
)

select * from pairs
