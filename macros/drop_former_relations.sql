{# Tables and views of models that are no more, in the schemas that are the project's alone: what they
   hold was not asked again whom it may name. `main` is shared with whoever adds tables there: of its
   tables only those go that the adapter left beside a model, under its name and `__dbt_tmp`. They hold
   words of names, and no erasure would reach them. #}
{% macro drop_former_relations() -%}
    {{- adapter.dispatch('drop_former_relations')() -}}
{%- endmacro %}


{% macro default__drop_former_relations() -%}
    {%- if execute and runs_everything() == 'true' -%}
        {%- set known, schemas, names = [], [], [] -%}
        {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] -%}
            {%- do known.append(node.schema ~ '.' ~ node.alias) -%}
            {%- do names.append(node.alias) -%}
            {%- do schemas.append(node.schema) if node.schema not in schemas + [target.schema] -%}
        {%- endfor -%}
        {%- set found = run_query(
            "select schema_name || '.' || name, kind from ("
            ~ " select database_name, schema_name, table_name as name, 'table' as kind"
            ~ " from duckdb_tables() union all"
            ~ " select database_name, schema_name, view_name, 'view' from duckdb_views()"
            ~ ") where database_name = current_database() and ("
            ~ " schema_name in ('" ~ schemas | join("', '") ~ "')"
            ~ " or regexp_extract(name, '^(.+)__dbt_(tmp|backup)[0-9]*$', 1)"
            ~ " in ('" ~ names | join("', '") ~ "'))"
        ) -%}
        {%- for name, kind in found.rows if name not in known %}
            drop {{ kind }} if exists "{{ name.split('.', 1) | join('"."') }}" cascade;
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
