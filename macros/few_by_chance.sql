{# How likely so few visits, or fewer, are where `expected` are usual and their variance is `spread` times
   as large: the lower tail of the negative binomial distribution. Example: no visit where 4 are expected
   and the spread is 2: 0.0625. #}
{% macro few_by_chance(visits, expected, spread) -%}
    case
        when {{ expected }} <= 0 then 1.0
        else list_sum(
            list_transform(
                generate_series(0, cast({{ visits }} as bigint)),
                lambda few: exp(
                    lgamma(few + {{ expected }} / ({{ spread }} - 1))
                    - lgamma({{ expected }} / ({{ spread }} - 1))
                    - lgamma(few + 1)
                    - {{ expected }} / ({{ spread }} - 1) * ln({{ spread }})
                    + few * ln(1 - 1 / {{ spread }})
                )
            )
        )
    end
{%- endmacro %}
