-- Grain: one row per written name and customer who may be meant by it.
-- Long: the bound of a name needs all candidates of that name at once.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

match_word_counts as (
    select * from {{ ref('match_word_counts') }}
),

full_names as (
    select * from {{ ref('full_names') }}
),

match_full_names as (
    select * from {{ ref('match_full_names') }}
),

match_half_names as (
    select * from {{ ref('match_half_names') }}
),

-- "White Hayley" is most probably Hayley White: what turning the words round costs depends on how
-- common each word is in each place.
swaps as (
    select
        names.written_name,
        1 / (
            1
            + (1 / {{ match_parameter('swapped_share') }} - 1)
            * greatest(coalesce(plain_first.customers, 0), floors.value)
            * greatest(coalesce(plain_last.customers, 0), floors.value)
            / greatest(coalesce(swapped_first.customers, 0), floors.value)
            / greatest(coalesce(swapped_last.customers, 0), floors.value)
        ) as swap_share,
    from match_name_readings as names
    inner join match_parameters as floors
        on floors.parameter = 'exact_floor_customers'
    left join match_word_counts as plain_first
        on names.last_name = plain_first.word and plain_first.name_field = 'first'
    left join match_word_counts as plain_last
        on names.first_name = plain_last.word and plain_last.name_field = 'last'
    left join match_word_counts as swapped_first
        on names.first_name = swapped_first.word and swapped_first.name_field = 'first'
    left join match_word_counts as swapped_last
        on names.last_name = swapped_last.word and swapped_last.name_field = 'last'
    where names.reading = 'swapped'
),

candidates as (
    select * from match_full_names
    union all
    select * from match_half_names
),

weighed as (
    select
        candidates.written_name,
        candidates.customer_id,
        candidates.reading,
        candidates.first_name_agreement,
        candidates.last_name_agreement,
        candidates.first_weight
        + candidates.last_weight
        + case candidates.reading
            when 'swapped' then ln(swaps.swap_share)
            when 'joined' then ln({{ match_parameter('joined_share') }})
            else 0
        end
        + case
            when candidates.first_form = 'middle'
                then ln({{ match_parameter('middle_form_share') }})
            else 0
        end as words_weight,
        case
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
        end as namesakes_weight,
    from candidates
    left join swaps
        on candidates.written_name = swaps.written_name
),

-- First and last names go together more often than chance has it: how many persons carry the
-- customer's full name bounds what the two can say. Middle names and endings tell namesakes apart.
namesakes as (
    select customer_names.customer_id, full_names.namesake_chance
    from customer_names
    inner join full_names
        on
            customer_names.first_name = full_names.first_name
            and customer_names.last_name = full_names.last_name
    where customer_names.first_form = 'first'
        and customer_names.last_form = 'full'
),

bounded as (
    select
        weighed.written_name,
        weighed.customer_id,
        weighed.reading,
        weighed.first_name_agreement,
        weighed.last_name_agreement,
        round(
            weighed.namesakes_weight
            - ln(exp(-weighed.words_weight) + coalesce(namesakes.namesake_chance, 0)),
            6
        ) as name_weight,
    from weighed
    left join namesakes
        on weighed.customer_id = namesakes.customer_id
    -- The best reading stands for the customer.
    qualify row_number() over (
        partition by weighed.written_name, weighed.customer_id
        order by
            name_weight desc,
            weighed.reading,
            weighed.first_name_agreement,
            weighed.last_name_agreement
    ) = 1
)

select * from bounded
