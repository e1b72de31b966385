{#- The words of an already normalised text as a list: letters, marks and digits of any script. A
    leading title goes; `drop_suffix` also takes a generation suffix off the end. -#}
{% macro normalise_words(text) -%}
    list_filter(
        string_split(regexp_replace({{ text }}, '[^\p{L}\p{M}\p{N}]+', ' ', 'g'), ' '),
        lambda word: word <> ''
    )
{%- endmacro %}
