-- Grain: one row per written name and customer who may be meant by it.
with parameters as (
    select * from {{ ref('match_parameters') }}
),

events as (
    select * from {{ ref('int_purchaser_events') }}
),

checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

relatives as (
    select * from {{ ref('int_customer_relatives') }}
),

purchaser_payments as (
    select * from {{ ref('int_purchaser_payments') }}
),

customers as (
    select * from {{ ref('stg_capitan__customers') }}
),

customer_names as (
    select * from {{ ref('int_customer_names') }}
),

name_words as (
    select * from {{ ref('int_name_words') }}
),

purchaser_names as (
    select * from {{ ref('int_purchaser_names') }}
),

word_levels as (
    select * from {{ ref('int_name_word_levels') }}
),

population as (
    select cast(count(*) as double) as customers from customers
),

first_levels as (
    select word_levels.* from word_levels where word_levels.name_field = 'first'
),

last_levels as (
    select word_levels.* from word_levels where word_levels.name_field = 'last'
),

-- Both parts of the name agree to some level.
both_parts as (
    select
        purchaser_names.written_name,
        purchaser_names.reading,
        purchaser_names.middle_names as written_middle,
        purchaser_names.suffix as written_suffix,
        customer_names.customer_id,
        customer_names.middle_names as known_middle,
        customer_names.suffix as known_suffix,
        customer_names.first_form,
        first_levels.level as first_level,
        case
            when purchaser_names.reading = 'half_last' or customer_names.last_form = 'half' then 'half'
            else last_levels.level
        end as last_level,
        first_levels.weight as first_weight,
        case
            when purchaser_names.reading = 'half_last' or customer_names.last_form = 'half'
                then ln(
                    {{ match_parameter('last_half_m') }} / greatest(
                        last_levels.chance,
                        {{ match_parameter('half_floor_customers') }} / population.customers
                    )
                )
            else last_levels.weight
        end as last_weight,
    from purchaser_names
    inner join first_levels
        on purchaser_names.first_name = first_levels.written_word
    inner join last_levels
        on purchaser_names.last_name = last_levels.written_word
    inner join customer_names
        on
            first_levels.known_word = customer_names.first_name
            and last_levels.known_word = customer_names.last_name
    cross join population
    where not (
            first_levels.level in ('far', 'initial') and last_levels.level in ('far', 'initial')
        )
        and (
            last_levels.level = 'exact'
            or (purchaser_names.reading <> 'half_last' and customer_names.last_form = 'full')
        )
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
        first_levels.level as first_level,
        'missing' as last_level,
        first_levels.weight as first_weight,
        {{ match_parameter('missing_weight') }} as last_weight,
    from purchaser_names
    inner join first_levels
        on purchaser_names.first_name = first_levels.written_word
    inner join customer_names
        on first_levels.known_word = customer_names.first_name
    where purchaser_names.reading = 'one_word'
        and first_levels.level in ('exact', 'nickname')
        and length(purchaser_names.first_name) > 1
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
        'exact' as first_level,
        'exact' as last_level,
        ln({{ match_parameter('first_exact_m') }} * population.customers / first_words.customers)
            as first_weight,
        ln({{ match_parameter('last_exact_m') }} * population.customers / last_words.customers)
            as last_weight,
    from purchaser_names
    inner join customer_names
        on purchaser_names.joined_name = customer_names.joined_name
    inner join name_words as first_words
        on
            customer_names.first_name = first_words.word
            and first_words.name_field = 'first'
    inner join name_words as last_words
        on
            customer_names.last_name = last_words.word
            and last_words.name_field = 'last'
    cross join population
    where customer_names.last_form = 'full'
        and customer_names.first_form in ('first', 'joined')
),

-- People around the check-in, whatever they are called: a changed name is found in no other way.
people_around as (
    select
        events.written_name,
        checkins.customer_id,
    from events
    inner join checkins
        on
            events.checkin_date = cast(checkins.checkin_datetime as date)
            and events.location_id = checkins.location_id
    where events.user_customer_id <> checkins.customer_id
    union
    select
        events.written_name,
        relatives.relative_customer_id,
    from events
    inner join relatives
        on events.user_customer_id = relatives.customer_id
    union
    select
        events.written_name,
        payments.owner_customer_id,
    from events
    inner join (
        select checkin_id, unnest(owner_customer_ids) as owner_customer_id from purchaser_payments
    ) as payments
        on events.checkin_id = payments.checkin_id
),

one_part as (
    select
        purchaser_names.written_name,
        purchaser_names.reading,
        purchaser_names.middle_names as written_middle,
        purchaser_names.suffix as written_suffix,
        customer_names.customer_id,
        customer_names.middle_names as known_middle,
        customer_names.suffix as known_suffix,
        customer_names.first_form,
        coalesce(first_levels.level, 'mismatch') as first_level,
        coalesce(last_levels.level, 'mismatch') as last_level,
        coalesce(
            first_levels.weight,
            ln({{ match_parameter('first_mismatch_m') }} / {{ match_parameter('mismatch_u') }})
        ) as first_weight,
        coalesce(
            last_levels.weight,
            ln({{ match_parameter('last_mismatch_m') }} / {{ match_parameter('mismatch_u') }})
        ) as last_weight,
    from people_around
    inner join purchaser_names
        on people_around.written_name = purchaser_names.written_name
    inner join customer_names
        on people_around.customer_id = customer_names.customer_id
    left join first_levels
        on
            purchaser_names.first_name = first_levels.written_word
            and customer_names.first_name = first_levels.known_word
    left join last_levels
        on
            purchaser_names.last_name = last_levels.written_word
            and customer_names.last_name = last_levels.known_word
    where (first_levels.level is null) <> (last_levels.level is null)
        and coalesce(first_levels.level, last_levels.level) in ('exact', 'nickname', 'near')
        and customer_names.last_form = 'full'
        and purchaser_names.reading in ('plain', 'long_last', 'nickname')
),

candidates as (
    select * from both_parts
    union all
    select * from one_word
    union all
    select * from joined
    union all
    select * from one_part
),

weighed as (
    select
        candidates.written_name,
        candidates.customer_id,
        candidates.reading,
        candidates.first_level,
        candidates.last_level,
        round(
            candidates.first_weight
            + candidates.last_weight
            + case candidates.reading
                when 'swapped' then ln({{ match_parameter('swapped_share') }})
                when 'joined' then ln({{ match_parameter('joined_share') }})
                else 0
            end
            + case
                when candidates.first_form = 'middle'
                    then ln({{ match_parameter('middle_form_share') }})
                else 0
            end
            + case
                when candidates.written_middle = '' or candidates.known_middle = '' then 0
                when left(candidates.written_middle, 1) <> left(candidates.known_middle, 1)
                    then {{ match_parameter('middle_conflict_weight') }}
                when candidates.written_middle = candidates.known_middle
                    and length(candidates.written_middle) > 1
                    then {{ match_parameter('middle_equal_weight') }}
                when least(length(candidates.written_middle), length(candidates.known_middle)) = 1
                    then {{ match_parameter('middle_initial_weight') }}
                else {{ match_parameter('middle_conflict_weight') }}
            end
            + case
                when candidates.written_suffix = '' or candidates.known_suffix = '' then 0
                when candidates.written_suffix = candidates.known_suffix
                    then {{ match_parameter('suffix_equal_weight') }}
                else {{ match_parameter('suffix_conflict_weight') }}
            end,
            6
        ) as name_weight,
    from candidates
)

select
    weighed.written_name,
    weighed.customer_id,
    weighed.reading,
    weighed.first_level,
    weighed.last_level,
    weighed.name_weight,
from weighed
qualify row_number() over (
    partition by weighed.written_name, weighed.customer_id
    order by
        weighed.name_weight desc, weighed.reading, weighed.first_level, weighed.last_level
) = 1
