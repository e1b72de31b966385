-- Grain: one row per name field and word known from customers or payments.
with customer_names as (
    select * from {{ ref('customer_names') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

known_words as (
    select
        'first' as name_field,
        customer_names.first_name as word,
        customer_names.customer_id,
    from customer_names as customer_names
    union
    select
        'last',
        customer_names.last_name,
        customer_names.customer_id,
    from customer_names as customer_names
    union
    select
        'first',
        purchaser_names.first_name,
        null,
    from match_name_readings as purchaser_names
    where purchaser_names.is_on_payment
    union
    select
        'last',
        purchaser_names.last_name,
        null,
    from match_name_readings as purchaser_names
    where purchaser_names.is_on_payment
),

counted as (
    select
        known_words.name_field,
        known_words.word,
        count(known_words.customer_id) as customers,
    from known_words
    where known_words.word <> ''
    group by known_words.name_field, known_words.word
)

select * from counted
