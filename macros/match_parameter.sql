{#- One value of the seed match_parameters, which the model imports as a CTE of that name. -#}
{% macro match_parameter(name) -%}
    (
        select parameters.value
        from match_parameters as parameters
        where parameters.parameter = '{{ name }}'
    )
{%- endmacro %}
