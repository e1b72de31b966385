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
    check-in and "the purchase is not recorded". Reads name_weight and payment_weight of `options`.
    Decimals, because sums of doubles depend on their order. -#}
{% macro match_link_posterior() -%}
    round(
        exp(least(options.name_weight + options.payment_weight, 25)) / (
            cast(
                sum(cast(
                    exp(least(options.name_weight + options.payment_weight, 25))
                    as decimal(38, 12)
                )) over (partition by options.checkin_id) as double
            ) + {{ match_parameter('link_none_share') }}
        ),
        9
    )
{%- endmacro %}
