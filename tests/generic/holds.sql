{# Returns the rows for which a condition is not true; an unknown is not true. #}
{% test holds(model, condition) %}
select *
from {{ model }}
where ({{ condition }}) is not true
{% endtest %}
