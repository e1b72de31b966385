{# The value that a var gives to each list; 0 for a list that the var does not name. #}
{% macro by_list(var_name, kind) -%}
    case {{ kind }}
        {%- for name, value in var(var_name).items() %}
        when '{{ name }}' then {{ value }}
        {%- endfor %}
        else 0
    end
{%- endmacro %}
