{#- Weight, in natural logs, of a fact that a share of purchasers (a parameter) and a share of all
    customers show. Nothing where the fact is unknown, or where all or none show it. -#}
{% macro match_fact_weight(fact, share_parameter, chance) -%}
    round(
        case
            when {{ fact }} is null or coalesce({{ chance }}, 0) <= 0 or {{ chance }} >= 1 then 0
            when {{ fact }} then ln({{ match_parameter(share_parameter) }} / {{ chance }})
            else ln((1 - {{ match_parameter(share_parameter) }}) / (1 - {{ chance }}))
        end,
        6
    )
{%- endmacro %}
