{# The exports that feed the core, as var source_systems names them: for each its table of the core,
   its name, and its models. #}
{% macro core_exports(table=none) -%}
    {%- set found = [] -%}
    {%- for system, tables in var('source_systems').items() -%}
        {%- for core_table, export in tables.items() if table in (none, core_table) -%}
            {%- do found.append({
                'system': system,
                'core_table': core_table,
                'export_name': system ~ '/' ~ export,
                'raw': 'raw_' ~ system ~ '__' ~ export,
                'staging': 'stg_' ~ system ~ '__' ~ core_table,
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# The kept rows of one table of the core, of every system that the project reads. Nothing behind the
   core knows which systems there are.
   Example: core_rows('relations', ['customer_id']) reads stg_capitan__relations. #}
{% macro core_rows(table, columns) -%}
    {%- for export in core_exports(table) %}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        '{{ export.system }}' as source_system,
    from {{ ref(export.staging) }}
    where row_outcome = 'kept'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
