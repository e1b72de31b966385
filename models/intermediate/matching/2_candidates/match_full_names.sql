-- Grain: one row per written name, customer and reading under which the whole name agrees.
-- Long: three ways to agree whole, each with its own levels.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

match_word_weights as (
    select * from {{ ref('match_word_weights') }}
),

match_joined_names as (
    select * from {{ ref('match_joined_names') }}
),

population as (
    select cast(count(*) as double) as customers from core_customers
),

first_levels as (
    select * from match_word_weights where name_field = 'first'
),

last_levels as (
    select * from match_word_weights where name_field = 'last'
),

-- Pairs of words that agree and are the name of some customer: most pairs are no customer's name.
-- Materialised, because joined the other way round each common first name would bring all its
-- customers along.
wanted as materialized (
    select
        purchaser_names.written_name,
        purchaser_names.reading,
        purchaser_names.middle_names,
        purchaser_names.suffix,
        first_levels.known_word as first_name,
        last_levels.known_word as last_name,
        first_levels.level as first_name_agreement,
        last_levels.level as last_name_agreement,
        first_levels.weight as first_weight,
        last_levels.weight as last_weight,
        last_levels.chance as last_chance,
    from match_name_readings as purchaser_names
    inner join first_levels
        on purchaser_names.first_name = first_levels.written_word
    inner join last_levels
        on purchaser_names.last_name = last_levels.written_word
    where not (
            first_levels.level in ('far', 'initial') and last_levels.level in ('far', 'initial')
        )
        and (last_levels.level = 'exact' or purchaser_names.reading <> 'half_last')
        -- Words turned round and misspelled both are not looked for.
        and (
            purchaser_names.reading <> 'swapped'
            or 'exact' in (first_levels.level, last_levels.level)
        )
        and (first_levels.known_word, last_levels.known_word) in (
            select names.first_name, names.last_name from customer_names as names
        )
),

-- Both parts of the name agree to some level. Half of a double name counts only where it is exact.
both_parts as (
    select
        wanted.written_name,
        wanted.reading,
        wanted.middle_names as written_middle,
        wanted.suffix as written_suffix,
        customer_names.customer_id,
        customer_names.middle_names as known_middle,
        customer_names.suffix as known_suffix,
        customer_names.first_form,
        wanted.first_name_agreement,
        case
            when wanted.reading = 'half_last' or customer_names.last_form = 'half' then 'half'
            else wanted.last_name_agreement
        end as last_name_agreement,
        wanted.first_weight,
        case
            when wanted.reading = 'half_last' or customer_names.last_form = 'half'
                then ln(
                    {{ match_parameter('last_half_m') }} / greatest(
                        wanted.last_chance,
                        {{ match_parameter('half_floor_customers') }} / population.customers
                    )
                )
            else wanted.last_weight
        end as last_weight,
    from wanted
    inner join customer_names as customer_names
        on
            wanted.first_name = customer_names.first_name
            and wanted.last_name = customer_names.last_name
    cross join population
    where wanted.last_name_agreement = 'exact'
        or customer_names.last_form = 'full'
),

-- Only one word is shown: everyone who carries it as a first name.
one_word as (
    select
        purchaser_names.written_name,
        purchaser_names.reading,
        '' as written_middle,
        '' as written_suffix,
        customer_names.customer_id,
        '' as known_middle,
        '' as known_suffix,
        customer_names.first_form,
        first_levels.level as first_name_agreement,
        'missing' as last_name_agreement,
        first_levels.weight as first_weight,
        {{ match_parameter('missing_weight') }} as last_weight,
    from match_name_readings as purchaser_names
    inner join first_levels
        on purchaser_names.first_name = first_levels.written_word
    inner join customer_names as customer_names
        on first_levels.known_word = customer_names.first_name
    where purchaser_names.reading = 'one_word'
        and first_levels.level in ('exact', 'nickname')
        and length(purchaser_names.first_name) > 1
    union all
    select
        purchaser_names.written_name,
        purchaser_names.reading,
        '',
        '',
        customer_names.customer_id,
        '',
        '',
        customer_names.first_form,
        'missing',
        'exact',
        {{ match_parameter('missing_weight') }},
        last_levels.weight,
    from match_name_readings as purchaser_names
    inner join last_levels
        on purchaser_names.first_name = last_levels.written_word
    inner join customer_names as customer_names
        on last_levels.known_word = customer_names.last_name
    where purchaser_names.reading = 'one_word'
        and last_levels.level = 'exact'
        and customer_names.last_form = 'full'
        and length(purchaser_names.first_name) > 1
),

candidates as (
    select * from both_parts
    union all
    select * from one_word
    union all
    select * from match_joined_names
)

select * from candidates
