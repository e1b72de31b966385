{# The clock that the gym lives by. #}
{% macro gym_time_zone() -%}
    {{ env_var("GYM_TIMEZONE", "") or "UTC" }}
{%- endmacro %}


{# Whether the text of a moment says how far its clock is from UTC. Each spelling that DuckDB drops
   when it reads a plain timestamp must be here: it would be read hours off. #}
{% macro moment_has_offset(column) -%}
    regexp_matches(
        {{ text_from_export(column) }},
        '[0-9]:[0-9]{2}.*((?i:z|utc|gmt)|[+-][0-9]{2}(:?[0-9]{2}){0,2})$'
    )
{%- endmacro %}


{# The instant, in UTC, of a text that carries an offset. DuckDB wants seconds before an offset and no
   blank, and knows Z in capitals only. #}
{% macro utc_from_export(column) -%}
    try_cast(
        regexp_replace(
            regexp_replace(
                regexp_replace({{ text_from_export(column) }}, '\s*(?i:z|utc|gmt)$', '+00'),
                '\s+([+-][0-9:]+)$', '\1'
            ),
            '([ T][0-9]{1,2}:[0-9]{2})([+-])', '\1:00\2'
        ) as timestamptz
    ) at time zone 'UTC'
{%- endmacro %}


{# The instant, in UTC, of a moment on the gym's wall clock. Of an hour that comes twice it is always
   the second one; in the hour that never comes the clock is taken to run on. #}
{% macro utc_of_local(moment) -%}
    {%- if gym_time_zone() == 'UTC' -%}
        {{ moment }}
    {%- else -%}
        ({{ moment }} at time zone '{{ gym_time_zone() }}' at time zone 'UTC')
    {%- endif -%}
{%- endmacro %}


{# Whether a text tells a time of day: it names one, and that is not 00:00:00, which systems write
   beside a day for want of one. #}
{% macro tells_time_of_day(column) -%}
    regexp_matches({{ text_from_export(column) }}, '[ T]+[0-9:.]*[1-9]')
{%- endmacro %}


{# Microseconds since local midnight, such that two moments of one date are as far apart as they
   were, also where the clocks change between them: counted from noon, when clocks never change. #}
{% macro arrived_us(instant, day) -%}
    epoch_us({{ instant }})
    - epoch_us({{ utc_of_local('(' ~ day ~ ' + interval 12 hour)') }})
    + 43200000000
{%- endmacro %}
