{# When an export was last written, from the dates of its files alone: none of them is read. A folder
   of files is as new as its newest. An export without a file counts as new, since the build says
   better what is missing, and most exports may be. #}
{% macro export_modified_at(source, export_table) %}
    {%- set pattern = run_query('select files from ' ~ source).columns[0][0] -%}
    {%- set path = (pattern.removesuffix('**') ~ export_table).replace("'", "''") -%}
    select coalesce(max(last_modified), now())
    from read_blob(['{{ path }}.*', '{{ path }}/**'])
{% endmacro %}
