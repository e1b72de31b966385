{#- UTF-8 that was once read as Windows-1252 (NoÃ«l), turned back (Noël). Anything that does not
    decode as UTF-8 stays as it was written. -#}
{% macro normalise_mojibake(text) -%}
    case
        when regexp_matches({{ text }}, '[\x{c2}-\x{f4}][^\x00-\x7f]')
            then coalesce(
                try(decode(unhex(array_to_string(list_transform(
                    string_split(
                        translate(
                            {{ text }},
                            '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ',
                            {{ normalise_windows_1252_controls() }}
                        ),
                        ''
                    ),
                    lambda letter: printf('%02x', unicode(letter))
                ), '')))),
                {{ text }}
            )
        else {{ text }}
    end
{%- endmacro %}

{#- The 27 control characters that Windows-1252 shows as the punctuation above, in the same order. -#}
{% macro normalise_windows_1252_controls() -%}
    array_to_string(list_transform(
        [
            128, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 142,
            145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 158, 159
        ],
        lambda code: chr(code)
    ), '')
{%- endmacro %}
