-- Grain: one row per pair of different name words that may be the same name misspelled.
with customer_names as (
    select * from {{ ref('customer_names') }}
),

match_word_counts as (
    select * from {{ ref('match_word_counts') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

nicknames as (
    select * from {{ ref('nicknames') }}
),

-- in both directions, so that a pair is found by an equal key
short_forms as (
    select given_name as name, nickname as other_name from nicknames
    union
    select nickname, given_name from nicknames
),

settled_names as (
    select distinct purchaser_names.written_name
    from match_name_readings as purchaser_names
    inner join customer_names as customer_names
        on
            purchaser_names.first_name = customer_names.first_name
            and purchaser_names.last_name = customer_names.last_name
    where purchaser_names.reading <> 'swapped'
    union
    select distinct purchaser_names.written_name
    from match_name_readings as purchaser_names
    inner join short_forms
        on purchaser_names.first_name = short_forms.name
    inner join customer_names as customer_names
        on
            purchaser_names.last_name = customer_names.last_name
            and short_forms.other_name = customer_names.first_name
    where purchaser_names.reading <> 'swapped'
),

open_names as (
    select purchaser_names.*
    from match_name_readings as purchaser_names
    left join settled_names
        on purchaser_names.written_name = settled_names.written_name
    where settled_names.written_name is null
),

written_words as (
    select 'first' as name_field, open_names.first_name as word from open_names
    union
    select 'last', open_names.last_name from open_names
),

known_words as (
    select name_words.name_field, name_words.word
    from match_word_counts as name_words
),

words as (
    select written_words.name_field, written_words.word, true as is_written from written_words
    where length(written_words.word) between 3 and 30
    union all
    select known_words.name_field, known_words.word, false from known_words
    where length(known_words.word) between 3 and 30
),

-- Words that share a key are compared: the word without one of its letters (every single slip),
-- its first four letters (cut short), and its consonants (vowels guessed).
keys as (
    select
        words.name_field,
        words.word,
        words.is_written,
        unnest(list_distinct(
            [words.word]
            || list_transform(
                range(1, length(words.word) + 1),
                lambda position:
                    left(words.word, position - 1) || substr(words.word, position + 1)
            )
            || [
                '^' || left(words.word, 4),
                '~' || left(words.word, 1)
                || regexp_replace(substr(words.word, 2), '[aeiouyh]', '', 'g')
            ]
        )) as block_key,
    from words
),

pairs as (
    select distinct
        written.name_field,
        written.word as written_word,
        known.word as known_word,
    from keys as written
    inner join keys as known
        on
            written.name_field = known.name_field
            and written.block_key = known.block_key
    where written.is_written
        and not known.is_written
        and written.word <> known.word
        and jaro_winkler_similarity(written.word, known.word) >= 0.8
)

select * from pairs
