{# Tables and views of models that are no more, in the schemas that are the project's alone: what they
   hold was not asked again whom it may name. `main` is shared with whoever adds tables there. #}
{% macro drop_former_relations() -%}
    {%- if execute and runs_everything() == 'true' -%}
        {%- set known, schemas = [], [] -%}
        {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] -%}
            {%- do known.append(node.schema ~ '.' ~ node.alias) -%}
            {%- do schemas.append(node.schema) if node.schema not in schemas + [target.schema] -%}
        {%- endfor -%}
        {%- set ours -%}
            database_name = current_database() and schema_name in ('{{ schemas | join("', '") }}')
        {%- endset -%}
        {%- set found = run_query(
            "select schema_name || '.' || table_name, 'table' from duckdb_tables() where " ~ ours
            ~ " union all"
            ~ " select schema_name || '.' || view_name, 'view' from duckdb_views() where " ~ ours
        ) -%}
        {%- for name, kind in found.rows if name not in known %}
            drop {{ kind }} if exists "{{ name.split('.', 1) | join('"."') }}" cascade;
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
