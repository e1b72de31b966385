-- Grain: one row per name field, written word and customer word that agree to some level.
-- Long: all levels at which two words agree, each with its chance, so that they exclude each other.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

match_word_counts as (
    select * from {{ ref('match_word_counts') }}
),

match_word_similarities as (
    select * from {{ ref('match_word_similarities') }}
),

nicknames as (
    select * from {{ ref('nicknames') }}
),

population as (
    select cast(count(*) as double) as customers from core_customers
),

written_words as (
    select 'first' as name_field, names.first_name as word
    from match_name_readings as names
    union
    select 'last', names.last_name
    from match_name_readings as names
    union
    select 'last', names.first_name
    from match_name_readings as names
    where names.reading = 'one_word'
),

related_names as (
    select nicknames.given_name as written_word, nicknames.nickname as known_word from nicknames
    union
    select nicknames.nickname, nicknames.given_name from nicknames
    union
    select one.nickname, other.nickname
    from nicknames as one
    inner join nicknames as other
        on one.given_name = other.given_name
    where one.nickname <> other.nickname
),

nickname_pairs as (
    select
        'first' as name_field,
        customer_words.word as known_word,
        written_words.word as written_word,
        'nickname' as level,
        customer_words.customers,
    from written_words
    inner join related_names
        on written_words.word = related_names.written_word
    inner join match_word_counts as customer_words
        on related_names.known_word = customer_words.word
    where written_words.name_field = 'first'
        and customer_words.name_field = 'first'
),

initial_pairs as (
    select
        written_words.name_field,
        customer_words.word as known_word,
        written_words.word as written_word,
        'initial' as level,
        customer_words.customers,
    from written_words
    inner join match_word_counts as customer_words
        on
            written_words.name_field = customer_words.name_field
            and left(customer_words.word, length(written_words.word)) = written_words.word
    where length(written_words.word) <= 2
        and written_words.word <> ''
        and customer_words.word <> written_words.word
),

-- What chance gives: the customers who would agree to this level with this written word.
counted as (
    select
        written_words.name_field,
        written_words.word as written_word,
        customer_words.word as known_word,
        'exact' as level,
        customer_words.customers,
    from written_words
    inner join match_word_counts as customer_words
        on
            written_words.name_field = customer_words.name_field
            and written_words.word = customer_words.word
    union all
    select
        counted_pairs.name_field,
        counted_pairs.written_word,
        counted_pairs.known_word,
        counted_pairs.level,
        sum(counted_pairs.customers) over (
            partition by
                counted_pairs.name_field, counted_pairs.written_word, counted_pairs.level
        ),
    from (
        select name_field, written_word, known_word, level, customers from nickname_pairs
        union all
        select name_field, written_word, known_word, level, customers from initial_pairs
    ) as counted_pairs
),

measured as (
    select
        word_scores.*,
        least(length(word_scores.written_word), length(word_scores.known_word)) as shorter_length,
        starts_with(word_scores.written_word, word_scores.known_word)
        or starts_with(word_scores.known_word, word_scores.written_word) as is_cut_short,
        case
            when length(word_scores.written_word) <= 4 then 'short'
            when length(word_scores.written_word) <= 6 then 'medium'
            when length(word_scores.written_word) <= 8 then 'long'
            else 'longest'
        end as length_class,
    from match_word_similarities as word_scores
),

scored as (
    select
        measured.name_field,
        measured.written_word,
        measured.known_word,
        case
            when measured.edit_distance = 1 then 'near'
            when measured.name_field = 'first'
                and measured.is_cut_short
                and measured.shorter_length >= 3
                then 'diminutive'
            when measured.similarity >= near_similarity.value then 'near'
            when measured.edit_distance = 2 and measured.shorter_length >= 5 then 'far'
            when measured.similarity >= far_similarity.value then 'far'
            when measured.is_cut_short and measured.shorter_length >= 4 then 'far'
        end as level,
        measured.length_class,
    from measured
    inner join match_parameters as near_similarity
        on near_similarity.parameter = measured.name_field || '_near_similarity'
    inner join match_parameters as far_similarity
        on far_similarity.parameter = measured.name_field || '_far_similarity'
),

chances as (
    select
        counted.name_field,
        counted.written_word,
        counted.known_word,
        counted.level,
        greatest(counted.customers, {{ match_parameter('exact_floor_customers') }})
        / population.customers as chance,
    from counted
    cross join population
    union all
    select
        scored.name_field,
        scored.written_word,
        scored.known_word,
        scored.level,
        chance.value,
    from scored
    inner join match_parameters as chance
        on
            chance.parameter
            = scored.name_field || '_'
            || case scored.level when 'diminutive' then 'near' else scored.level end
            || '_u_' || scored.length_class
),

levels as (
    select
        chances.name_field,
        chances.written_word,
        chances.known_word,
        chances.level,
        chances.chance,
        round(ln(agreement.value / chances.chance), 6) as weight,
    from chances
    inner join match_parameters as agreement
        on agreement.parameter = chances.name_field || '_' || chances.level || '_m'
    qualify row_number() over (
        partition by chances.name_field, chances.written_word, chances.known_word
        order by round(ln(agreement.value / chances.chance), 6) desc, chances.level
    ) = 1
)

select * from levels
