{# The key by which a name is compared with those of placeholders: name_key, numbers aside.
   Example: "Walk-In 2" and "In, Walk" are "in walk". #}
{% macro placeholder_name_key(name) -%}
    {{ name_key("regexp_replace(" ~ name ~ ", '[0-9#]+', ' ', 'g')") }}
{%- endmacro %}
