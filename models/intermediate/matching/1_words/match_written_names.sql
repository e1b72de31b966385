-- Grain: one row per name as written, on a pass or a payment, and way to part it from its titles.
-- Long: titles are parted before and after a name, by one list of spellings.
with core_pass_uses as (
    select * from {{ ref('core_pass_uses') }}
),

match_payments as (
    select * from {{ ref('match_payments') }}
),

name_affixes as (
    select * from {{ ref('name_affixes') }}
),

affixes as (
    select
        list(word) filter (where kind = 'title') as titles,
        list(word) filter (where kind != 'title') as endings,
        list(word) filter (where is_also_a_name) as names_as_well,
        list(word) filter (where is_also_a_name or kind = 'legal_form') as parts_of_a_name,
        map_from_entries(
            list((word, generation)) filter (where generation != '')
        ) as generations,
    from name_affixes
),

-- where several people bought, none of them is the buyer
written as (
    select
        names.written_name,
        bool_or(names.is_shown) as is_shown,
        bool_or(not names.is_shown) as is_on_payment,
    from (
        select transfers.purchaser_name as written_name, true as is_shown
        from core_pass_uses as transfers
        where transfers.buyer_customer_id is null
            and not {{ name_is_of_several('transfers.purchaser_name') }}
        union all
        select payments.payment_name, false from match_payments as payments
    ) as names
    where names.written_name <> ''
    group by names.written_name
),

letters as (
    select
        written.*,
        {{ normalise_letters('written.written_name') }} as name_text,
        list_filter(
            list_transform(
                string_split(
                    regexp_replace(name_text, {{ name_nickname_pattern() }}, ' '), ','
                ),
                lambda part: {{ name_tokens('part') }}
            ),
            lambda part: len(part) > 0
        ) as comma_parts,
        affixes.*,
    from written
    cross join affixes
),

-- "Last, First" is turned round; what follows a comma and is only "Jr.", "PhD" or "Inc." is not
-- the first name.
ordered as (
    select
        *,
        comma_parts[1:1] || list_filter(
            comma_parts[2:],
            lambda part: {{ name_affix_count("part || ['-']", 'endings') }} < len(part)
        ) as name_parts,
        flatten(list_filter(
            comma_parts[2:],
            lambda part: {{ name_affix_count("part || ['-']", 'endings') }} = len(part)
        )) as parted_endings,
        case
            when len(name_parts) = 2 then name_parts[2] || name_parts[1]
            else flatten(name_parts)
        end as tokens,
    from letters
),

stripped as (
    select
        *,
        tokens[{{ name_affix_count('tokens', 'titles') }} + 1:] as without_titles,
        {{ name_affix_count('list_reverse(without_titles)', 'endings') }} as endings_count,
        without_titles[1:len(without_titles) - endings_count] as bare_tokens,
        tokens[1:len(tokens) - len(without_titles)]
        || without_titles[len(without_titles) - endings_count + 1:]
        || parted_endings as affix_tokens,
    from ordered
    -- a list of people
    where len(name_parts) < 3
),

-- What may be a part of the name is read both ways, and the name decides: "Major Tom", "Jack Ma".
spellings as (
    select
        written_name,
        is_shown,
        is_on_payment,
        {{ name_generation('affix_tokens') }} as suffix,
        {{ normalise_words(
            "regexp_extract(name_text, " ~ name_nickname_pattern() ~ ", 1)"
        ) }} as nickname_words,
        list_filter(affix_tokens, lambda word: list_contains(
            parts_of_a_name, {{ name_affix_key('word') }}
        )) as doubtful,
        len(bare_tokens) > 1 or not list_has_any(
            list_transform(affix_tokens, lambda word: {{ name_affix_key('word') }}), names_as_well
        ) as is_enough,
        unnest(list_transform(
            if(is_enough, [bare_tokens], [])
            || if(len(doubtful) > 0, [tokens || parted_endings], []),
            -- the first of several words may be a given name of two parts: Jun-Hee
            lambda spelled: if(
                len(spelled) > 1, [{{ join_hyphens('spelled[1]') }}] || spelled[2:], spelled
            )
        )) as spelling,
    from stripped
),

names as (
    select
        written_name,
        is_shown,
        is_on_payment,
        suffix,
        nickname_words,
        {{ normalise_words("array_to_string(spelling, ' ')") }} as words,
        regexp_full_match(
            array_to_string(words, ''), '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]+'
        ) as is_east_asian,
    from spellings
)

select * from names
