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
        {{ source_system_of(export.system) }} as source_system,
    from {{ ref(export.staging) }}
    where row_outcome = 'kept'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{# The exports of the project as structs of SQL, in the order in which the sources describe them. What a
   source says of itself is known only once the project is parsed. #}
{% macro exports_known() -%}
    {%- set wanted = core_exports() | map(attribute='export_name') | list
        + ['reviews/answers', 'privacy/erasure_requests'] -%}
    {%- set found = {} -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() -%}
            {%- do found.update({
                node.source_name ~ '/' ~ node.name: node.config.meta.get('required', false)
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set structs = [] -%}
    {%- for name in wanted -%}
        {%- do structs.append(
            "{'export_name': '" ~ name ~ "', 'is_required': " ~ (found.get(name, false) | lower) ~ '}'
        ) -%}
    {%- endfor -%}
    {{ return(structs) }}
{%- endmacro %}
