{#- The words of an already normalised text as a list: letters, marks and digits of any script.
    Titles and suffixes stay: match_written_names takes them off. -#}
{% macro normalise_words(text) -%}
    list_filter(
        string_split(regexp_replace({{ text }}, '[^\p{L}\p{M}\p{N}]+', ' ', 'g'), ' '),
        lambda word: word <> ''
    )
{%- endmacro %}
