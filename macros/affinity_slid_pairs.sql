{# Who arrived within the meeting window of whom at one place, once the calendar of the customer
   with the larger id is slid by a number of whole weeks: one row per pair, place and day with the
   smallest distance in time. No slide is what happened; any other is what habit alone would bring
   about, for it keeps weekday and hour and destroys every appointment.
   Reads the relation visit_days; `pairs` names a relation of pairs to which to keep. #}
{% macro affinity_slid_pairs(weeks, pairs=none) -%}
    select * from (
        select
            one.customer_id as customer_id_1,
            other.customer_id as customer_id_2,
            one.location_number,
            one.checkin_date,
            -- nearly everybody comes once a day: only the others need every arrival compared
            case
                when one.first_arrival_us = one.last_arrival_us and other.first_arrival_us = other.last_arrival_us
                    then abs(one.first_arrival_us - other.first_arrival_us)
                else {{ affinity_closest_us('one.arrivals_us', 'other.arrivals_us') }}
            end as gap_us,
        from visit_days as one
        inner join visit_days as other
            on
                one.location_number = other.location_number
                and one.checkin_date = other.checkin_date + {{ 7 * weeks }}
                and one.customer_id < other.customer_id
                -- nobody meets himself
                and one.person_id != other.person_id
                and one.first_arrival_us <= other.last_arrival_us + {{ affinity_window_us() }}
                and other.first_arrival_us <= one.last_arrival_us + {{ affinity_window_us() }}
    {%- if pairs %}
        semi join {{ pairs }}
            on
                one.customer_id = {{ pairs }}.customer_id_1
                and other.customer_id = {{ pairs }}.customer_id_2
    {%- endif %}
    )
    where gap_us <= {{ affinity_window_us() }}
{%- endmacro %}


{# The smallest distance between any arrival of one list and any of another. #}
{% macro affinity_closest_us(arrivals_1, arrivals_2) -%}
    list_min(
        list_transform(
            {{ arrivals_1 }},
            lambda one_us: list_min(
                list_transform({{ arrivals_2 }}, lambda other_us: abs(one_us - other_us))
            )
        )
    )
{%- endmacro %}


{# The meeting window in microseconds. #}
{% macro affinity_window_us() -%}
    (cast({{ var('meeting_window_minutes') }} as bigint) * 60000000)
{%- endmacro %}
