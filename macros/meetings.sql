{# The one definition of a meeting: two people arrived at one place on one date, the meeting window
   apart or less. One row per pair, place and date, with the smallest gap, the number of pairs of
   arrivals within the window, and the later of the two first arrivals of the day.
   Reads the relation visit_days, or what a caller has named so; `pairs` names a relation of pairs to
   which to keep. With `weeks` the calendar of the customer with the larger id is first shifted by so
   many weeks: what habit alone would bring about, for a shift keeps weekday and hour and destroys
   every appointment. #}
{% macro meetings(weeks=0, pairs=none) -%}
    select * from (
        select
            one.customer_id as customer_id_1,
            other.customer_id as customer_id_2,
            one.location_number,
            least(one.location_name, other.location_name) as location_name,
            one.checkin_date,
            greatest(one.first_arrival_us, other.first_arrival_us) as later_arrival_us,
            -- nearly everybody comes once a day: only the others need every arrival compared
            len(one.arrivals_us) = 1 and len(other.arrivals_us) = 1 as is_single,
            case
                when is_single then abs(one.first_arrival_us - other.first_arrival_us)
                else list_min({{ gaps_within_window('one.arrivals_us', 'other.arrivals_us') }})
            end as gap_us,
            case
                when is_single then 1
                else len({{ gaps_within_window('one.arrivals_us', 'other.arrivals_us') }})
            end as arrival_pair_count,
        from visit_days as one
        inner join visit_days as other
            on
                one.location_number = other.location_number
                and one.checkin_date = other.checkin_date + {{ 7 * weeks }}
                and one.customer_id < other.customer_id
                -- a person does not meet their own second record
                and one.person_id != other.person_id
                and one.first_arrival_us <= other.last_arrival_us + {{ meeting_window_us() }}
                and other.first_arrival_us <= one.last_arrival_us + {{ meeting_window_us() }}
    {%- if pairs %}
        semi join {{ pairs }}
            on
                one.customer_id = {{ pairs }}.customer_id_1
                and other.customer_id = {{ pairs }}.customer_id_2
    {%- endif %}
    )
    where gap_us <= {{ meeting_window_us() }}
{%- endmacro %}


{# The gaps within the window between any arrival of one list and any of another. #}
{% macro gaps_within_window(arrivals_1, arrivals_2) -%}
    list_filter(
        flatten(list_transform(
            {{ arrivals_1 }},
            lambda one_us: list_transform({{ arrivals_2 }}, lambda other_us: abs(one_us - other_us))
        )),
        lambda gap: gap <= {{ meeting_window_us() }}
    )
{%- endmacro %}


{# The meeting window in microseconds. #}
{% macro meeting_window_us() -%}
    (cast({{ var('meeting_window_minutes') }} as bigint) * 60000000)
{%- endmacro %}
