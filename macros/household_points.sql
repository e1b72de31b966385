{#- Points that speak for two seats of one roster block being one household. -#}
{% macro household_points(seat, other, is_related) -%}
    case
        when {{ seat }}.customer_id = {{ other }}.customer_id
            then {{ var('household_points_same_person') }}
        else
            if({{ is_related }}, {{ var('household_points_related') }}, 0)
            + if({{ seat }}.surname = {{ other }}.surname, {{ var('household_points_surname') }}, 0)
            + if({{ seat }}.email = {{ other }}.email, {{ var('household_points_email') }}, 0)
            + {{ membership_closeness(
                seat ~ '.customer_id', other ~ '.customer_id',
                var('household_points_registered_together')
            ) }}
            + {{ membership_closeness(
                seat ~ '.roster_position', other ~ '.roster_position',
                var('household_points_rostered_together')
            ) }}
    end
{%- endmacro %}

{#- All the points for neighbouring ids, one less with every tenfold distance, none where one is
    unknown. -#}
{% macro membership_closeness(id, other_id, points) -%}
    if(
        {{ id }} is null or {{ other_id }} is null, 0,
        greatest({{ points }} - log10(greatest(abs({{ id }} - {{ other_id }}), 1)), 0)
    )
{%- endmacro %}
