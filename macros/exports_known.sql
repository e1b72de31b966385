{# The exports of the project as structs of SQL, in the order in which the sources describe them. What a
   source says of itself is known only once the project is parsed. #}
{% macro exports_known() -%}
    {%- set wanted = core_exports() | map(attribute='export_name') | list + ['privacy/erasure_requests'] -%}
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
