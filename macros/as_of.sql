{# The day that is given as today, as text; empty where none is. It is looked at before a command
   builds anything, since a day that cannot be read would count as none. #}
{% macro as_of() -%}
    {%- set given = var('as_of') | string -%}
    {%- set parts = given.split('-') -%}
    {%- set is_day = (parts | map('length') | list) == [4, 2, 2] and (parts | join('')).isdecimal() -%}
    {%- if execute and given and not is_day -%}
        {%- do exceptions.raise_compiler_error(
            'as_of (a dbt var) must be a day like 2025-11-24 or empty, not ' ~ given[:40]
        ) -%}
    {%- endif -%}
    {{- given -}}
{%- endmacro %}
