-- Grain: one row per written name, customer and reading with the same letters, however parted.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

match_word_counts as (
    select * from {{ ref('match_word_counts') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

population as (
    select cast(count(*) as double) as customers from core_customers
),

-- The same letters with the space lost or moved.
joined as (
    select
        purchaser_names.written_name,
        'joined' as reading,
        '' as written_middle,
        '' as written_suffix,
        customer_names.customer_id,
        '' as known_middle,
        '' as known_suffix,
        customer_names.first_form,
        'exact' as first_name_agreement,
        'exact' as last_name_agreement,
        ln({{ match_parameter('first_exact_m') }} * population.customers / first_words.customers)
            as first_weight,
        ln({{ match_parameter('last_exact_m') }} * population.customers / last_words.customers)
            as last_weight,
    from match_name_readings as purchaser_names
    inner join customer_names as customer_names
        on purchaser_names.joined_name = customer_names.joined_name
    inner join match_word_counts as first_words
        on
            customer_names.first_name = first_words.word
            and first_words.name_field = 'first'
    inner join match_word_counts as last_words
        on
            customer_names.last_name = last_words.word
            and last_words.name_field = 'last'
    cross join population
    where customer_names.last_form = 'full'
        and customer_names.first_form in ('first', 'joined')
),

-- Record and pass have the same one word: that there is no last name agrees as well.
lone as (
    select
        purchaser_names.written_name,
        purchaser_names.reading,
        '' as written_middle,
        '' as written_suffix,
        customer_names.customer_id,
        '' as known_middle,
        '' as known_suffix,
        customer_names.first_form,
        'exact' as first_name_agreement,
        'exact' as last_name_agreement,
        ln({{ match_parameter('first_exact_m') }} * population.customers / first_words.customers)
            as first_weight,
        {{ match_parameter('both_missing_weight') }} as last_weight,
    from match_name_readings as purchaser_names
    inner join customer_names as customer_names
        on purchaser_names.joined_name = customer_names.first_name
    inner join match_word_counts as first_words
        on
            customer_names.first_name = first_words.word
            and first_words.name_field = 'first'
    cross join population
    where customer_names.last_name = ''
        and purchaser_names.reading in ('one_word', 'plain')
        and customer_names.first_form in ('first', 'joined')
        and length(customer_names.first_name) > 1
),

names as (
    select * from joined
    union all
    select * from lone
)

select * from names
