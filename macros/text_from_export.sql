{# An export's field as text: no NUL bytes, no blanks around it, null when nothing is left. #}
{% macro text_from_export(column) -%}
    nullif(trim(replace({{ column }}, chr(0), '')), '')
{%- endmacro %}


{# A whole number; "102.0" is one, "102.5" is not. #}
{% macro integer_from_export(column) -%}
    try_cast(
        regexp_extract({{ text_from_export(column) }}, '^([+-]?[0-9]+)([.]0*)?$', 1) as bigint
    )
{%- endmacro %}


{# A moment on the gym's wall clock; one that carries an offset is converted to it. #}
{% macro local_timestamp_from_export(column) -%}
    case
        when regexp_matches(
            {{ text_from_export(column) }}, '[0-9]:[0-9]{2}.*([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$'
        )
            then try_cast({{ text_from_export(column) }} as timestamptz)
                at time zone '{{ env_var("GYM_TIMEZONE", "") or "UTC" }}'
        else try_cast({{ text_from_export(column) }} as timestamp)
    end
{%- endmacro %}


{# A calendar day; of a moment, the day it falls on at the gym. #}
{% macro date_from_export(column) -%}
    cast({{ local_timestamp_from_export(column) }} as date)
{%- endmacro %}


{% macro boolean_from_export(column) -%}
    try_cast({{ text_from_export(column) }} as boolean)
{%- endmacro %}


{% macro decimal_from_export(column) -%}
    try_cast({{ text_from_export(column) }} as decimal(18, 2))
{%- endmacro %}
