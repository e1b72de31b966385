{#- Points that speak for two seats of one roster block belonging to one household. -#}
{% macro membership_kinship(seat, other, is_related) -%}
{%- set points = var('household_kinship_points') -%}
case
            when {{ seat }}.customer_id = {{ other }}.customer_id then {{ points.same_person }}
            else
                case when {{ is_related }} then {{ points.related }} else 0 end
                + case when {{ seat }}.surname = {{ other }}.surname
                    then {{ points.surname }} else 0 end
                + case when {{ seat }}.email = {{ other }}.email
                    then {{ points.email }} else 0 end
                + case when abs({{ seat }}.customer_id - {{ other }}.customer_id)
                    <= {{ var('household_customer_id_gap') }}
                    then {{ points.registered_together }} else 0 end
                + case when abs({{ seat }}.roster_position - {{ other }}.roster_position)
                    <= {{ var('household_member_id_gap') }}
                    then {{ points.rostered_together }} else 0 end
        end
{%- endmacro %}
