{#- One value of the seed match_parameters, read from the model's import CTE `parameters`. -#}
{% macro match_parameter(name) -%}
    (select parameters.value from parameters where parameters.parameter = '{{ name }}')
{%- endmacro %}
