{# The day that is given as today, as text; empty where none is. It is looked at before a command
   builds anything, since a day that cannot be read would count as none. #}
{% macro as_of() -%}
    {%- set given = var('as_of') | string -%}
    {%- if given -%}
        {%- set is_day = modules.re.fullmatch('[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])', given) -%}
        {%- if not is_day -%}
            {%- do exceptions.raise_compiler_error(
                'as_of (a dbt var) must be a day like 2025-11-24 or empty, not ' ~ given[:40]
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {{- given -}}
{%- endmacro %}
