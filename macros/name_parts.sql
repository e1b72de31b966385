{#- Patterns that take a written name apart; each is used on customers and on purchasers. -#}

{#- A nickname in brackets or quotes: Robert (Bob) Smith, Robert "Bob" Smith. -#}
{% macro name_nickname_pattern() -%}
    '(?:^|\s)[(\["“”''‘«]\s*([^)\]"“”''’»]+?)\s*[)\]"“”''’»](?:\s|,|$)'
{%- endmacro %}

{#- The written words of a name with their punctuation: "Learnedson, Ph. D." is two. -#}
{% macro name_tokens(text) -%}
    list_filter(
        string_split(
            regexp_replace(
                regexp_replace({{ text }}, '\bph[.]?\s+d\b[.]?', 'phd', 'g'), '[\s\p{Z}]+', ' ', 'g'
            ),
            ' '
        ),
        lambda word: word <> ''
    )
{%- endmacro %}

{#- A written word as name_affixes lists it: "Ph.D." is phd. -#}
{% macro name_affix_key(word) -%}
    regexp_replace({{ word }}, '[^\p{L}\p{M}\p{N}]+', '', 'g')
{%- endmacro %}

{#- How many words at the beginning of a list are among these; one word always stays. -#}
{% macro name_affix_count(tokens, affixes) -%}
    least(
        coalesce(
            list_position(
                list_transform(
                    {{ tokens }},
                    lambda word: list_contains({{ affixes }}, {{ name_affix_key('word') }})
                ),
                false
            ) - 1,
            len({{ tokens }})
        ),
        greatest(len({{ tokens }}) - 1, 0)
    )
{%- endmacro %}

{#- The first generation among words, spelt in one way: jr, sr, ii, iii, iv; '' for none. Reads the
    map `generations` of the query. -#}
{% macro name_generation(tokens) -%}
    coalesce(
        list_filter(
            list_transform({{ tokens }}, lambda word: generations[{{ name_affix_key('word') }}]),
            lambda generation: generation is not null
        )[1],
        ''
    )
{%- endmacro %}

{#- A generation at the end of a surname, for households, where it does not part people. -#}
{% macro name_suffix_pattern() -%}
    '[\s,]+(jr|sr|junior|senior|ii|iii|iv)\.?\s*$'
{%- endmacro %}

{#- What a card terminal writes where no buyer was asked for: nothing, a word, or the product. -#}
{% macro name_is_missing(name) -%}
    coalesce(
        regexp_full_match(
            lower(trim({{ name }})),
            '|payment|refund|no name|unknown|guest|.*\b(day|punch|guest|climb|climbing) pass|.* rental'
            || '|(shopify|square|stripe|web|online|store|shop|pos|walk-?in) customer'
            || '|nan|null|none|nil|n/?a|[?-]+'
        ),
        true
    )
{%- endmacro %}

{#- Whether a name is that of several people, or of a family: none of them may be taken for the
    buyer. "Ana y Luis Pérez" are two, José Ortega y Gasset is one; so is a company. -#}
{% macro name_is_of_several(name) -%}
    (
        regexp_matches(
            {{ name }},
            '(?i)\s(?:and|und|plus)\s|[&+/;]|\bfamil(?:y|ie|ia)\b|^\S+\s+(?:y|e|et)\s+\S'
        )
        and not regexp_matches({{ name }}, '(?i)\b(?:inc|llc|ltd|gmbh|co|corp|s[.]?a)\b[.]?$')
        -- "Ann Lee, Bob Lee"; "Lee, Ann" is one
        or regexp_matches({{ name }}, '\S\s+\S+\s*,\s*\S+\s')
        and len(string_split({{ name }}, ',')) = 2
        and lower(regexp_extract({{ name }}, '(\S+)\s*,', 1))
        = lower(regexp_extract({{ name }}, '(\S+)\s*$', 1))
    )
{%- endmacro %}
