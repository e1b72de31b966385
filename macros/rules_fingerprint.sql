{# A digest of all that a model is made by, apart from the data: the text of the model and of each model
   and seed before it, of the macros that these call, and the values of the vars and variables that
   any of them names. The manifest says which they are, so a rule is in it wherever it is written.
   With settings_only of these values alone: what somebody set, and not what somebody wrote. #}
{% macro rules_fingerprint(model_name, settings_only=false) -%}
    {%- set texts, values = [], [] -%}
    {%- if execute -%}
        {%- set ours = 'macro.' ~ project_name ~ '.' -%}
        {%- set node_ids, macro_ids = ['model.' ~ project_name ~ '.' ~ model_name], [] -%}
        {#- both lists grow while they are read -#}
        {%- for node_id in node_ids -%}
            {%- set node = graph.nodes[node_id] -%}
            {%- do texts.append(node_id ~ '=' ~ node.checksum.checksum ~ (node.raw_code or '')) -%}
            {%- for parent in node.depends_on.nodes | default([])
                if parent in graph.nodes and parent not in node_ids -%}
                {%- do node_ids.append(parent) -%}
            {%- endfor -%}
            {%- for called in node.depends_on.macros
                if called.startswith(ours) and called not in macro_ids -%}
                {%- do macro_ids.append(called) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for macro_id in macro_ids -%}
            {%- set macro = context[macro_id | replace(ours, '')].macro -%}
            {%- do texts.append(macro_id ~ '=' ~ macro.macro_sql) -%}
            {%- for called in macro.depends_on.macros
                if called.startswith(ours) and called not in macro_ids -%}
                {%- do macro_ids.append(called) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set every = texts | join(',') -%}
        {%- for name in modules.re.findall("\\bvar\\(\\s*['\"](\\w+)", every) | unique -%}
            {%- do values.append(name ~ '=' ~ var(name, none)) -%}
        {%- endfor -%}
        {%- for name in modules.re.findall("\\benv_var\\(\\s*['\"](\\w+)", every) | unique -%}
            {%- do values.append(name ~ '=' ~ env_var(name, '')) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set told = values if settings_only else texts + values -%}
    {{ local_md5(told | sort | join(',')) }}
{%- endmacro %}
