{# The kept rows of one table of the core, of every system that the project reads: one select for each
   staging model stg_<system>__<table>. Nothing behind the core knows which systems there are.
   Example: core_rows('relations', ['customer_id']) reads stg_capitan__relations. #}
{% macro core_rows(table, columns, systems=none) -%}
    {%- for system in systems or var('source_systems') %}
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        '{{ system }}' as source_system,
    from {{ ref('stg_' ~ system ~ '__' ~ table) }}
    where row_outcome = 'kept'
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
