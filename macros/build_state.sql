{# Of each date: the fingerprint of the facts that its rows in customer_interactions came from.
   Written in the transaction that writes those rows, so that no kill can part the two. #}
{% macro interaction_state() -%}
    {{ source('build_state', 'interaction_dates_built').render() }}
{%- endmacro %}


{# What a build reads from the one before must be there before the first build, too. A table that is
   written is rendered by name: with --empty dbt would put a query without rows in its place. #}
{% macro create_build_state() %}
    {{- adapter.dispatch('create_build_state')() -}}
{% endmacro %}


{% macro default__create_build_state() %}
    {%- do as_of() -%}
    create schema if not exists build_state;
    create table if not exists {{ interaction_state() }}
    (interaction_date date not null, fingerprint varchar not null);
    create table if not exists {{ source('build_state', 'interaction_dates_recomputed').render() }}
    (interaction_date date not null, change varchar not null);
    create table if not exists {{ source('build_state', 'erasure_requests_built').render() }}
    (request_digest varchar not null);
    create table if not exists {{ source('build_state', 'build_figures').render() }}
    (
        build_number integer, line_number integer, section varchar, metric varchar, value bigint,
        percent decimal(5, 2), built_at timestamp, settings_digest varchar
    );
    create or replace table {{ source('build_state', 'this_command').render() }} as
    select {{ runs_everything() }} as runs_everything;
    alter table {{ source('build_state', 'build_figures').render() }}
    add column if not exists settings_digest varchar;
{% endmacro %}


{# Whether this dbt command runs all models, seeds and data tests, on all rows: "true" or "false". It
   is told by what dbt has selected, however that was asked for. #}
{% macro runs_everything() -%}
    {%- if execute -%}
        {%- set everything = graph.nodes.values()
            | selectattr('resource_type', 'in', ['model', 'seed', 'test'])
            | rejectattr('config.materialized', 'equalto', 'ephemeral')
            | map(attribute='unique_id') | list -%}
        {{- 'false' if flags.EMPTY or flags.SAMPLE
            or everything | reject('in', selected_resources) | list else 'true' -}}
    {%- endif -%}
{%- endmacro %}


{# Whether a variable such as GYM_ALLOW_SHRINK lists a name, given as an expression, or says all. #}
{% macro is_allowed(variable, name) -%}
    list_has_any(
        regexp_split_to_array('{{ env_var(variable, "") }}', '[, ]+'),
        ['all', {{ name }}]
    )
{%- endmacro %}


{# In a full refresh every date counts as new. #}
{% macro forget_interaction_dates() %}
    {% if not is_incremental() %}
        delete from {{ interaction_state() }};
    {% endif %}
{% endmacro %}


{% macro remember_interaction_dates() %}
    {{- adapter.dispatch('remember_interaction_dates')() -}}
{% endmacro %}


{% macro default__remember_interaction_dates() %}
    delete from {{ source('build_state', 'interaction_dates_recomputed').render() }};
    insert into {{ source('build_state', 'interaction_dates_recomputed').render() }}
    select interaction_date, change from {{ ref('interaction_dates_changed') }}
    order by interaction_date;
    delete from {{ interaction_state() }};
    insert into {{ interaction_state() }}
    select interaction_date, fingerprint from {{ ref('interaction_dates_fingerprinted') }}
    order by interaction_date;
{% endmacro %}


{# Incremental strategy: the dates that changed go out whole and come in whole. #}
{% macro get_incremental_replace_changed_dates_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where interaction_date in (
        select interaction_date from {{ ref('interaction_dates_changed') }}
    );
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
    order by interaction_date, interaction_type, customer_id_1, customer_id_2;
{% endmacro %}


{# What follows a dbt command that somebody typed; make build prints none of dbt's own lines. #}
{% macro say_who_publishes() %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- if runs_everything() == 'false' -%}
            {%- do log(
                'No result file was written: only a build of everything, with its tests, does that.',
                info=true
            ) -%}
        {%- endif -%}
        {%- do log(
            'Nothing was published and no figure joined the history: make build does that, after a'
            ~ ' whole build whose tests passed.',
            info=true
        ) -%}
    {%- endif -%}
{% endmacro %}
