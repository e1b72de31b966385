{#- Patterns that take a written name apart; each is used on customers and on purchasers. -#}

{#- A nickname in brackets or quotes: Robert (Bob) Smith, Robert "Bob" Smith. -#}
{% macro name_nickname_pattern() -%}
    '(?:^|\s)[(\["“”''‘«]\s*([^)\]"“”''’»]+?)\s*[)\]"“”''’»](?:\s|,|$)'
{%- endmacro %}

{#- A title in front, with more name behind it. -#}
{% macro name_title_pattern() -%}
    '^\s*(?:mr|mrs|ms|mx|miss|dr|prof)\b\.?\s+'
{%- endmacro %}

{#- A generation suffix at the end, with a name before it. -#}
{% macro name_suffix_pattern() -%}
    '[\s,]+(jr|sr|junior|senior|ii|iii|iv)\.?\s*$'
{%- endmacro %}

{#- What a card terminal writes where no buyer was asked for: nothing, a word, or the product. -#}
{% macro name_is_missing(name) -%}
    coalesce(
        regexp_full_match(
            lower(trim({{ name }})),
            '|payment|refund|no name|unknown|guest|.*\b(day|punch|guest|climb|climbing) pass|.* rental'
        ),
        true
    )
{%- endmacro %}
