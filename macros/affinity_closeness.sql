{# What one meeting is worth, in millionths: 1 for the same minute, falling by a factor e for every
   closeness_minutes. Whole numbers, so that a sum does not depend on the order of its terms.
   Example: ten minutes apart, closeness_minutes 10: 367879. #}
{% macro affinity_closeness_units(gap_us) -%}
    cast(
        round(exp({{ gap_us }} / (-60000000.0 * {{ var('closeness_minutes') }})) * 1000000)
        as bigint
    )
{%- endmacro %}


{# The span of the day into which an arrival falls, counted from 0 at midnight. Example: 18:10
   with spans of 30 minutes: 36. #}
{% macro affinity_span(arrived_us) -%}
    ({{ arrived_us }} // (cast(60000000 as bigint) * {{ var('crowd_minutes') }}))
{%- endmacro %}


{# The number of places among rows. One bit a place: to count them one by one costs more than all else
   of the sum. Places 1 and 64 share a bit. Example: 1, 2, 1: 2. #}
{% macro affinity_place_count(location_number) -%}
    cast(
        bit_count(bit_or(cast(1 as ubigint) << cast({{ location_number }} % 63 as integer)))
        as integer
    )
{%- endmacro %}


{# What a meeting by chance is worth on average: the mean closeness where every distance within
   the window is equally likely. Example: window 30, closeness_minutes 10: 0.316738. Without a
   window all meetings are of the same moment. #}
{% macro affinity_closeness_by_chance() -%}
    coalesce(
        (1 - exp(-1.0 * {{ var('meeting_window_minutes') }} / {{ var('closeness_minutes') }}))
        * {{ var('closeness_minutes') }} / nullif({{ var('meeting_window_minutes') }}, 0),
        1
    )
{%- endmacro %}
