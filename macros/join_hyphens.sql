{#- Text with words that a hyphen joins written as one: Jun-Hee is one given name. -#}
{% macro join_hyphens(text) -%}
    regexp_replace({{ text }}, '(\p{L})[-‐‑](\p{L})', '\1\2', 'g')
{%- endmacro %}
