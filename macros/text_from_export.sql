{# An export's field as text: no NUL bytes, no blanks around it, null when nothing is left. #}
{% macro text_from_export(column) -%}
    nullif(trim(replace({{ column }}, chr(0), '')), '')
{%- endmacro %}


{# A whole number, with blanks of any kind around it; "102.0" is one, "102.5" is not. #}
{% macro integer_from_export(column) -%}
    try_cast(
        regexp_extract(
            {{ text_from_export(column) }},
            '^[\s\p{Z}]*([+-]?[0-9]+)([.]0*)?[\s\p{Z}]*$', 1
        ) as bigint
    )
{%- endmacro %}


{# An id that may be text. Where each one of the column is a whole number, they are compared as
   numbers: "60", "60.0", " 60" and "060" are one. #}
{% macro id_from_export(column, rows) -%}
    case
        when (
            select bool_and({{ integer_from_export('ids.id') }} is not null)
            from (select distinct {{ column.split('.') | last }} as id from {{ rows }}) as ids
            where {{ text_from_export('ids.id') }} is not null
        )
            then cast({{ integer_from_export(column) }} as varchar)
        else {{ text_from_export(column) }}
    end
{%- endmacro %}


{# A moment on the gym's wall clock; one that carries an offset is converted to it. #}
{% macro local_timestamp_from_export(column) -%}
    case
        when regexp_matches(
            {{ text_from_export(column) }}, '[0-9]:[0-9]{2}.*([Zz]|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$'
        )
            then try_cast({{ text_from_export(column) }} as timestamptz)
                at time zone '{{ env_var("GYM_TIMEZONE", "UTC") }}'
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
