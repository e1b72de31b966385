{# The system of a row: that of its export or, where a dialect read it, the name of its folder behind
   that of the dialect. In full, so that Capitan's own rows cost next to nothing.
   Example: source_system_of('capitan') is 'north' of a file square.north/items.csv. #}
{% macro source_system_of(system) -%}
    case
        when source_file is null or starts_with(source_file, '{{ system }}/') then '{{ system }}'
        when regexp_matches(source_file, '(?i)^\s*{{ system }}\s*/') then '{{ system }}'
        else regexp_extract(lower(source_file), '^(?:[^/.]*[.])?([^/]+)/', 1)
    end
{%- endmacro %}


{# The name of an export in the report: its own, or where a dialect read its rows that of the source and
   the table of the core.
   Example: 'north/payments' of a row of the source north. #}
{% macro export_name_of(export, system) -%}
    case
        when {{ system }} = '{{ export.system }}' then '{{ export.export_name }}'
        else {{ system }} || '/{{ export.core_table }}'
    end
{%- endmacro %}
