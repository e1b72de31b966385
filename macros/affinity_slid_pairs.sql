{# Who arrived within the meeting window of whom at one place, once the calendar of the customer
   with the larger id is slid by a number of whole weeks: one row per pair, place and day with the
   smallest distance in time. No slide is what happened; any other is what habit alone would bring
   about, for it keeps weekday and hour and destroys every appointment.
   Reads the relation int_arrivals; `pairs` names a relation of pairs to which to keep.
   An equal join on a slot of the window's width and its two neighbours finds all of them. #}
{% macro affinity_slid_pairs(weeks, pairs=none) -%}
    select
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
        one.location_number,
        one.checkin_date,
        min(abs(one.arrived_us - other.arrived_us)) as apart_us,
    from int_arrivals as one
    inner join (
        select
            customer_id,
            location_number,
            checkin_date + {{ 7 * weeks }} as checkin_date,
            arrived_us,
            unnest([slot - 1, slot, slot + 1]) as slot,
        from int_arrivals
    ) as other
        on
            one.location_number = other.location_number
            and one.checkin_date = other.checkin_date
            and one.slot = other.slot
            and one.customer_id < other.customer_id
            and abs(one.arrived_us - other.arrived_us) <= {{ affinity_window_us() }}
    {%- if pairs %}
    semi join {{ pairs }}
        on
            one.customer_id = {{ pairs }}.customer_id_1
            and other.customer_id = {{ pairs }}.customer_id_2
    {%- endif %}
    group by one.customer_id, other.customer_id, one.location_number, one.checkin_date
{%- endmacro %}


{# The meeting window in microseconds. #}
{% macro affinity_window_us() -%}
    ({{ var('meeting_window_minutes') }} * 60000000)
{%- endmacro %}
