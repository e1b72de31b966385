{# Expected conversions, scaled so that in each group as many are expected as there are. Groups that
   expect none stay as they are. #}
{% macro scaled_to_conversions(groups) -%}
    cast(
        expected * coalesce(
            sum(conversion) over (partition by {{ groups }})
            / nullif(sum(expected) over (partition by {{ groups }}), 0),
            1
        ) as decimal(18, 12)
    )
{%- endmacro %}
