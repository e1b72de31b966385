{# DuckDB shows a function's parameters without their defaults, so the comment begins with the call. #}
{% macro comment_on_function() %}
    {%- set call = this.identifier ~ '(' ~ config.get('parameters') | join(', ') ~ ')' -%}
    comment on macro table {{ this }} is '{{ (call ~ ': ' ~ model.description) | replace("'", "''") }}'
{% endmacro %}
