{# When an export was last written, from the dates of its files alone: none of them is opened. They
   are found as the landing models find them. A folder of files is as new as its newest. An export
   without a file counts as new, since the build says better what is missing, and most exports may
   be. #}
{% macro export_modified_at(source, export_name) -%}
    select to_timestamp(export_written_at(root, '{{ export_name }}'))
    from {{ source }}
{%- endmacro %}
