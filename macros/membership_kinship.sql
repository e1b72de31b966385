{#- Points that speak for two seats of one roster block being one household. -#}
{% macro membership_kinship(seat, other, is_related) -%}
    case
        when {{ seat }}.customer_id = {{ other }}.customer_id
            then {{ var('household_points_same_person') }}
        else
            if({{ is_related }}, {{ var('household_points_related') }}, 0)
            + if({{ seat }}.surname = {{ other }}.surname, {{ var('household_points_surname') }}, 0)
            + if({{ seat }}.email = {{ other }}.email, {{ var('household_points_email') }}, 0)
            + if(
                abs({{ seat }}.customer_id - {{ other }}.customer_id)
                <= {{ var('household_customer_id_gap') }},
                {{ var('household_points_registered_together') }}, 0
            )
            + if(
                abs({{ seat }}.roster_position - {{ other }}.roster_position)
                <= {{ var('household_member_id_gap') }},
                {{ var('household_points_rostered_together') }}, 0
            )
    end
{%- endmacro %}
