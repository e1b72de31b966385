{#- How well a payment fits a pass beside the name on it, in natural logs: days since the purchase,
    gear, and how common payments for the product are. Reads the relations `events` and `payments`. -#}
{% macro match_payment_weight() -%}
    round(
        ln({{ match_parameter('link_name_share') }})
        + case
            when events.checkin_date = payments.payment_date
                then ln({{ match_parameter('link_same_day_m') }})
            else
                ln((1 - {{ match_parameter('link_same_day_m') }}) / events.validity_days)
        end
        + case
            when events.product_gear <> payments.product_gear
                then {{ match_parameter('link_gear_conflict_weight') }}
            else 0
        end
        - ln(payments.payments_per_day),
        6
    )
{%- endmacro %}

{#- Probability that a payment option is the one behind its check-in, among all options of the
    check-in, "the purchase is not recorded", and "that, and this was another purchase of theirs".
    Reads name_weight, payer_weight and payment_weight of `options`. Decimals, because sums of
    doubles depend on their order. -#}
{% macro payment_link_probability() -%}
    round(
        {{ match_link_likelihood() }} / (
            cast(
                sum(cast({{ match_link_likelihood() }} as decimal(38, 12)))
                    over (partition by options.checkin_id)
                as double
            )
            + {{ match_parameter('link_none_share') }}
            + {{ match_parameter('link_repeat_rate') }} * max(
                exp(least(options.name_weight, 25)) / options.payments_per_day
            ) over (partition by options.checkin_id)
        ),
        9
    )
{%- endmacro %}

{% macro match_link_likelihood() -%}
    exp(least(options.name_weight, 25) + options.payer_weight + options.payment_weight)
{%- endmacro %}
