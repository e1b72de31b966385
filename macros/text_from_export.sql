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


{# A code of var export_codes, in its spelling there; letter case and blanks of any kind do not
   matter. "other" where it is none, also where nothing stands there.
   Example: code_from_export("' gue '", 'entry_method') is 'GUE', of 'pays cash' it is 'other'. #}
{% macro code_from_export(column, field) -%}
    case lower(regexp_replace({{ text_from_export(column) }}, '[\s\p{Z}]+', '', 'g'))
        {% for code in var('export_codes')[field] -%}
            when '{{ code | lower }}' then '{{ code }}'
        {% endfor -%}
        else 'other'
    end
{%- endmacro %}


{# The name of a thing, such as a place, without e-mail addresses and telephone numbers that
   somebody typed into it. Example: of 'Annex, key: bob@example.org' it is 'Annex, key: (e-mail)'. #}
{% macro name_from_export(column) -%}
    regexp_replace(
        regexp_replace(
            {{ text_from_export(column) }}, '[^\s<>(),;:]+@[^\s<>(),;:]+', '(e-mail)', 'g'
        ),
        '[+(]?[0-9](?:[ ().-]{0,2}[0-9]){8,14}', '(telephone)', 'g'
    )
{%- endmacro %}
