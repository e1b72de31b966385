{#- Lower-case text without accents, apostrophes and mojibake; punctuation stays, because commas and
    brackets still carry meaning. Letters that Unicode does not decompose are spelled out. -#}
{% macro normalise_letters(text) -%}
    regexp_replace(
        replace(replace(replace(replace(replace(translate(
            lower(strip_accents({{ normalise_mojibake('left(' ~ text ~ ', 120)') }})),
            'øłđðıħ', 'olddih'
        ), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), chr(173), ''),
        '([\p{L}])[''’‘`´ʼ]([\p{L}])', '\1\2', 'g'
    )
{%- endmacro %}
