{# The adapter builds a table under another name and swaps the two, in four statements and two
   transactions. DuckDB replaces a table within the transaction that writes it; a build that fails or is
   killed leaves the former table either way.

   A Python model writes from a connection of its own, which sees no table that is not committed. So
   its table is written under another name, and takes the place of the former one by a rename. #}
{% materialization table, adapter="duckdb", supported_languages=["sql", "python"] %}
    {%- set former = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type="table") -%}
    {{- run_hooks(pre_hooks, inside_transaction=false) -}}
    {{- run_hooks(pre_hooks) -}}
    {%- if model["language"] == "python" -%}
        {%- set written = make_intermediate_relation(target) -%}
        {%- do drop_relation_if_exists(load_cached_relation(written)) -%}
        {%- call statement("main", language="python") -%}
            {{ create_table_as(false, written, compiled_code, "python") }}
        {%- endcall -%}
        {%- call statement("replace") -%}
            {{ drop_former(former) }}
            alter table {{ written }} rename to {{ adapter.quote(target.identifier) }};
            {{ comments_on(target) }}
        {%- endcall -%}
    {%- else -%}
        {%- call statement("main") -%}
            {{ drop_former(former) }}
            {{ create_table_as(false, target, compiled_code, "sql") }};
            {{ comments_on(target) }}
        {%- endcall -%}
    {%- endif -%}
    {{- run_hooks(post_hooks) -}}
    {%- do adapter.commit() -%}
    {{- run_hooks(post_hooks, inside_transaction=false) -}}
    {{- return({"relations": [target]}) -}}
{% endmaterialization %}


{# A view is its text, so it is replaced by one statement. #}
{% materialization view, adapter="duckdb" %}
    {%- set former = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type="view") -%}
    {{- run_hooks(pre_hooks, inside_transaction=false) -}}
    {{- run_hooks(pre_hooks) -}}
    {%- call statement("main") -%}
        {{ drop_former(former) }}
        {{ get_create_view_as_sql(target, sql) }};
        {{ comments_on(target) }}
    {%- endcall -%}
    {{- run_hooks(post_hooks) -}}
    {%- do adapter.commit() -%}
    {{- run_hooks(post_hooks, inside_transaction=false) -}}
    {{- return({"relations": [target]}) -}}
{% endmaterialization %}


{# A test reads one state of the database in one statement, so it needs no transaction around it; the
   adapter begins one for each and rolls it back. What writes failures into a table is left to dbt. #}
{% materialization test, adapter="duckdb" %}
    {%- if should_store_failures() -%}
        {{- return(dbt.materialization_test_default()) -}}
    {%- endif -%}
    {%- call statement("main", fetch_result=true, auto_begin=false) -%}
        {{ get_test_sql(
            get_limit_subquery_sql(sql, config.get("limit")),
            config.get("fail_calc"), config.get("warn_if"), config.get("error_if"), limit=none
        ) }}
    {%- endcall -%}
    {{- return({"relations": []}) -}}
{% endmaterialization %}


{# The statement that drops what an earlier build left under a model's name, a table or a view. #}
{% macro drop_former(former) -%}
    {%- if former is not none -%} drop {{ former.type }} if exists {{ former }}; {%- endif -%}
{%- endmacro %}


{# The statements that say of a model's table or view, and of its columns, what its YAML says. The
   adapter asks the database for the columns first; these are under contract, so all are there. #}
{% macro comments_on(relation) -%}
    {%- if config.persist_relation_docs() and model.description %}
        comment on {{ relation.type }} {{ relation }}
        is {{ duckdb_escape_comment(model.description) }};
    {%- endif -%}
    {%- if config.persist_column_docs() -%}
        {%- for column in model.columns.values() if column.description %}
            comment on column {{ relation }}.{{ adapter.quote(column.name) }}
            is {{ duckdb_escape_comment(column.description) }};
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
