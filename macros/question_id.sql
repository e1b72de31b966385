{# A digest that stands for a question, or for what stands behind one: of its kind and of the keys of its
   subject, none of which is a place in an order. #}
{% macro question_id(kind, keys) -%}
    left(sha256(concat_ws(chr(31), '{{ kind }}', {{ keys | join(', ') }})), 24)
{%- endmacro %}
