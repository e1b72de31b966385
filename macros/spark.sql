{# How Apache Spark builds the project: scripts/spark/engine.py does the work, which only
   `make build ENGINE=spark` loads. All relations are tables, also those that are views of DuckDB's: a
   view of Spark's could call no function of ours. #}
{% materialization table, adapter="spark", supported_languages=["sql", "python"] %}
    {{- return(spark_table()) -}}
{% endmaterialization %}


{% materialization view, adapter="spark" %}
    {{- return(spark_table()) -}}
{% endmaterialization %}


{# The days that changed are made, the others are those of the last good build. What Python makes is
   made anew: it lies in no DuckDB here. #}
{% materialization incremental, adapter="spark", supported_languages=["sql", "python"] %}
    {%- if model.language == "python" -%}{{- return(spark_table()) -}}{%- endif -%}
    {%- set target = this.incorporate(type="table") -%}
    {%- set changed = ref("interaction_dates_changed").render() -%}
    {%- do adapter.gym_write_changed(target.render(), compiled_code, model.columns, changed) -%}
    {%- call noop_statement("main", "written") -%}{%- endcall -%}
    {{- run_hooks(post_hooks) -}}
    {{- return({"relations": [target]}) -}}
{% endmaterialization %}


{# The functions of the published file are DuckDB's own. #}
{% materialization table_function, adapter="spark" %}
    {%- call noop_statement("main", "DuckDB's own") -%}{%- endcall -%}
    {{- return({"relations": []}) -}}
{% endmaterialization %}


{% materialization seed, adapter="spark" %}
    {%- set target = this.incorporate(type="table") -%}
    {%- do store_result("agate_table", response="OK", agate_table=load_agate_table()) -%}
    {%- set types = config.get("column_types") or {} -%}
    {%- do adapter.gym_write_seed(target.render(), model.original_file_path, types) -%}
    {%- call noop_statement("main", "written") -%}{%- endcall -%}
    {{- return({"relations": [target]}) -}}
{% endmaterialization %}


{% macro spark_table() %}
    {%- if adapter.gym_write is not defined -%}
        {%- do exceptions.raise_compiler_error(
            "dbt alone cannot build on Spark: make build ENGINE=spark does"
        ) -%}
    {%- endif -%}
    {%- set target = this.incorporate(type="table") -%}
    {%- set contract = model.columns if config.get("contract").enforced else none -%}
    {%- do adapter.gym_write(target.render(), compiled_code, model.language, contract) -%}
    {%- call noop_statement("main", "written") -%}{%- endcall -%}
    {{- return({"relations": [target]}) -}}
{% endmacro %}


{% macro spark__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}
    {{- default__get_test_sql(
        adapter.gym_translated(main_sql), fail_calc, warn_if, error_if, limit
    ) -}}
{% endmacro %}


{# What a build reads from the last good one. In a full refresh every date counts as new. #}
{% macro spark__create_build_state() %}
    {%- do as_of() -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() if source.config.meta.external_location -%}
            {%- set name = source.schema ~ "." ~ source.identifier -%}
            {%- do adapter.gym_remember_source(name, source.config.meta.external_location) -%}
        {%- endfor -%}
        {%- do adapter.gym_begin_state(flags.FULL_REFRESH, runs_everything() == "true") -%}
    {%- endif -%}
{% endmacro %}


{% macro spark__remember_interaction_dates() %}
    insert overwrite {{ source("build_state", "interaction_dates_recomputed") }}
    select interaction_date, change from {{ ref("interaction_dates_changed") }}
{% endmacro %}


{# dbt builds what there is, and no more: what a former build left is dropped with its schema. #}
{% macro spark__drop_former_relations() %}{% endmacro %}
