{# The value that a var gives to each list; 0 for a list that the var does not name. #}
{% macro by_list(var_name, kind) -%}
    case
        when {{ kind }} is null then 0
        {%- for name, value in var(var_name).items() %}
        when {{ kind }} = '{{ name }}' then {{ value }}
        {%- endfor %}
        else 0
    end
{%- endmacro %}
