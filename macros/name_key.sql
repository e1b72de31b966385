{#- What two ways to write one name have in common, whatever the order of the words. -#}
{% macro name_key(name) -%}
    array_to_string(list_sort({{ normalise_words(normalise_letters(name)) }}), ' ')
{%- endmacro %}
