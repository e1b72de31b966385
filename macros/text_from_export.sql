{# An export's field as text: no NUL bytes, no blanks around it, null when nothing is left. #}
{% macro text_from_export(column) -%}
    nullif(trim(replace({{ column }}, chr(0), '')), '')
{%- endmacro %}


{# The same where no word of var words_for_nothing can be meant: "nan" is no status of a payment. Names
   are not read so; people are called Null. #}
{% macro text_but_nothing_from_export(column) -%}
    case
        when not {{ is_one_of(
            'lower(' ~ text_from_export(column) ~ ')', var('words_for_nothing')
        ) }}
            then {{ text_from_export(column) }}
    end
{%- endmacro %}


{# Whether a text is one of some words. DuckDB makes a join of an `in` with so many, and asks it of every
   row, also where a `case` would not come to it. #}
{% macro is_one_of(text, words) -%}
    list_contains(['{{ words | join("', '") }}'], {{ text }})
{%- endmacro %}


{# A whole number, with blanks of any kind around it; "102.0" is one, "102.5" is not. #}
{% macro integer_from_export(column) -%}
    try_cast(
        regexp_extract(
            {{ text_from_export(column) }},
            '^[\s\p{Z}]*([+-]?[0-9]+)([.]0*)?[\s\p{Z}]*$', 1
        ) as bigint
    )
{%- endmacro %}


{# An id that may be text. Where each one of the column is a whole number, they are compared as
   numbers: "60", "60.0", " 60" and "060" are one. #}
{% macro id_from_export(column, rows) -%}
    case
        when (
            select bool_and({{ integer_from_export('ids.id') }} is not null)
            from (select distinct {{ column.split('.') | last }} as id from {{ rows }}) as ids
            where {{ text_from_export('ids.id') }} is not null
        )
            then cast({{ integer_from_export(column) }} as varchar)
        else {{ text_from_export(column) }}
    end
{%- endmacro %}


{# A moment on the gym's wall clock; one that carries an offset is converted to it. #}
{% macro local_timestamp_from_export(column) -%}
    case
        when {{ moment_has_offset(column) }}
            then {{ utc_from_export(column) }} at time zone 'UTC' at time zone '{{ gym_time_zone() }}'
        else try_cast({{ text_from_export(column) }} as timestamp)
    end
{%- endmacro %}


{# A calendar day; of a moment, the day it falls on at the gym. What is no moment is read like a
   birthday: in any spelling that leaves no doubt (see date_orders). #}
{% macro date_from_export(column, orders) -%}
    coalesce(
        cast({{ local_timestamp_from_export(column) }} as date),
        {{ birthday_from_export(column, orders) }}
    )
{%- endmacro %}


{# A birthday: a day without a time zone, in any spelling that leaves no doubt. Of 04/17/2016 the
   column says which is the month (see date_orders); a year of two digits is no year. #}
{% macro birthday_from_export(column, orders) -%}
    {%- set text = text_from_export(column) -%}
    {%- set parts -%}
        regexp_extract(
            {{ text }}, '^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})([ T,].*)?$',
            ['one', 'two', 'year']
        )
    {%- endset -%}
    case
        when {{ text }} is null then null
        when regexp_matches({{ text }}, '^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*|Z)?$')
            then try_cast(regexp_extract({{ text }}, '^[0-9-]+') as date)
        when regexp_matches({{ text }}, '^[0-9]{1,2}[/.-][0-9]{1,2}[/.-]')
            then try_cast(
                case
                    when try_cast(({{ parts }}).one as integer) > 12
                        or try_cast(({{ parts }}).one as integer)
                        = try_cast(({{ parts }}).two as integer)
                        or {{ date_order_of(text, orders) }} = 'dmy'
                        and try_cast(({{ parts }}).two as integer) <= 12
                        then concat_ws(
                            '-', ({{ parts }}).year, ({{ parts }}).two, ({{ parts }}).one
                        )
                    when try_cast(({{ parts }}).two as integer) > 12
                        or {{ date_order_of(text, orders) }} = 'mdy'
                        then concat_ws(
                            '-', ({{ parts }}).year, ({{ parts }}).one, ({{ parts }}).two
                        )
                end as date
            )
        when regexp_matches({{ text }}, '[0-9]{4}')
            then cast(
                try_strptime(
                    regexp_replace({{ text }}, '[ T,]+[0-9]{1,2}:[0-9]{2}.*$', ''),
                    [
                        '%Y/%m/%d', '%Y.%m.%d', '%Y%m%d', '%d %b %Y', '%d %B %Y', '%d-%b-%Y',
                        '%d-%B-%Y', '%d. %B %Y', '%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y'
                    ]
                ) as date
            )
    end
{%- endmacro %}


{# Which of day and month stands first in the column's numeric dates, for each sign between them:
   an aggregate. GYM_DATE_ORDER decides; else the days above 12 do. Where neither does, the build
   stops with one sentence that names the export; without a name such a date is not read. #}
{% macro date_orders(column, export_name=none) -%}
    {%- set text = text_from_export(column) -%}
    struct_pack(
        {%- for name, sign in [('slash', '/'), ('dot', '[.]'), ('dash', '-')] %}
        {{ name }} := {{ date_order(text, sign, column, export_name) }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{% macro date_order(text, sign, column, export_name) -%}
    {%- set day, month = '(1[3-9]|2[0-9]|3[01])', '(0?[1-9]|1[0-2])' -%}
    {%- set days_first -%}
        count(*) filter (
            where regexp_matches({{ text }}, '^{{ day }}{{ sign }}{{ month }}{{ sign }}[0-9]{4}')
        )
    {%- endset -%}
    {%- set months_first -%}
        count(*) filter (
            where regexp_matches({{ text }}, '^{{ month }}{{ sign }}{{ day }}{{ sign }}[0-9]{4}')
        )
    {%- endset -%}
    {%- set in_doubt -%}
        count(*) filter (
            where regexp_matches({{ text }}, '^{{ month }}{{ sign }}{{ month }}{{ sign }}[0-9]{4}')
            -- 05/05 is one day either way
            and ltrim(regexp_extract({{ text }}, '^[0-9]+'), '0')
            != ltrim(regexp_extract({{ text }}, '^[0-9]+[^0-9]([0-9]+)', 1), '0')
        )
    {%- endset -%}
    {%- set order = env_var('GYM_DATE_ORDER', '') -%}
    case
        when '{{ order }}' != '' then '{{ order }}'
        when {{ days_first }} > 0
            and {{ months_first }} <= {{ var('max_rejected_share') }} * {{ days_first }} then 'dmy'
        when {{ months_first }} > 0
            and {{ days_first }} <= {{ var('max_rejected_share') }} * {{ months_first }} then 'mdy'
        {%- if export_name %}
        when {{ in_doubt }} > 0
            then error(
                '{{ export_name }}: nobody can tell day from month in ' || {{ in_doubt }}
                || ' dates of the column {{ column.split('.') | last }}, such as 99'
                || '{{ sign.strip('[]') }}99{{ sign.strip('[]') }}9999;'
                || ' set GYM_DATE_ORDER to mdy or dmy'
            )
        {%- endif %}
    end
{%- endmacro %}


{% macro date_order_of(text, orders) -%}
    case
        when contains({{ text }}, '/') then {{ orders }}.slash
        when contains({{ text }}, '.') then {{ orders }}.dot
        else {{ orders }}.dash
    end
{%- endmacro %}


{# When the file of a row was written, in UTC; where nobody can tell, when the build began. What an
   export says of days after it is a slip: this is the only clock that a build knows. #}
{% macro export_written_at() -%}
    coalesce(source_written_at, now() at time zone 'UTC')
{%- endmacro %}


{# Why the moment of a check-in cannot be right; null where it may be. A day of grace covers what
   lies between the clock of the gym and UTC. #}
{% macro moment_problem(column) -%}
    case
        when not isfinite({{ column }}) then '{{ column }} is no moment: '
        when {{ column }} < make_timestamp({{ var('earliest_year') }}, 1, 1, 0, 0, 0)
            then '{{ column }} is before {{ var("earliest_year") }}: '
        when {{ column }} > {{ export_written_at() }} + interval 1 day
            then '{{ column }} is later than its file was written: '
    end || left({{ column }}_text, 60)
{%- endmacro %}


{# Whether a day lies after as_of, and is therefore not used. #}
{% macro is_after_as_of(day) -%}
    coalesce({{ day }} > cast(nullif('{{ as_of() }}', '') as date), false)
{%- endmacro %}


{# Why a birthday that was given is not used; null where there is none, or where it is used. #}
{% macro birthday_problem(text, birthday) -%}
    case
        when {{ text_from_export(text) }} is null then null
        when {{ birthday }} is null
            then case
                when regexp_matches(
                    {{ text_from_export(text) }}, '^[0-9]{1,2}[/. -][0-9]{1,2}[/. -][0-9]{2}$'
                )
                    then 'year of two digits'
                else 'cannot be read'
            end
        when not isfinite({{ birthday }}) then 'cannot be read'
        when {{ birthday }} > {{ export_written_at() }} then 'in the future'
        when {{ birthday }} + to_years({{ var('oldest_age_years') }})
            <= {{ export_written_at() }}
            then 'more than {{ var("oldest_age_years") }} years ago'
    end
{%- endmacro %}


{# A yes or no, also one that a program wrote as a number with decimals. #}
{% macro boolean_from_export(column) -%}
    coalesce(
        try_cast({{ text_from_export(column) }} as boolean),
        try_cast(
            regexp_extract(
                {{ column }}, '^[\s\p{Z}]*([01]|[A-Za-z]+)([.]0+)?[\s\p{Z}]*$', 1
            ) as boolean
        )
    )
{%- endmacro %}


{# An amount as programs or people write it. Of two kinds of signs the last one is the decimal
   sign. Of one kind: a dot is the decimal sign unless there are several; a comma is it before one
   or two digits, and before three it parts the thousands. #}
{% macro money_from_export(column) -%}
    {%- set currency -%}
        (?i:(?:US|CA|AU|NZ|A|C)?\p{Sc}|USD|EUR|GBP|CAD|AUD|NZD|CHF|SEK|NOK|DKK|PLN|CZK|HUF|JPY|MXN|ZAR
        {#- #}|Fr[.]?|Kr[.]?)
    {%- endset -%}
    {%- set text -%}
        trim(regexp_replace({{ text_from_export(column) }}, '[\s\p{Z}]+', ' ', 'g'))
    {%- endset -%}
    {%- set parts -%}
        regexp_extract(
            {{ text }},
            '^(?:{{ currency }} ?)?'
            || '([(]?) ?([+−–-]?) ?{{ currency }}? ?([+−–-]?) ?([0-9](?:[0-9.,''’ ]*[0-9])?|[.,][0-9]+)'
            || ' ?{{ currency }}? ?([−–-]?) ?([)]?)$',
            ['opened', 'sign', 'second_sign', 'number', 'last_sign', 'closed']
        )
    {%- endset -%}
    {%- set number -%}({{ parts }}).number{%- endset -%}
    coalesce(
        try_cast({{ text_from_export(column) }} as decimal(18, 2)),
        case
            when {{ text_from_export(column) }} is null then null
            -- what is opened is closed, and there is one sign at most
            when (({{ parts }}).opened = '(') != (({{ parts }}).closed = ')') then null
            when length(concat(
                ({{ parts }}).opened, ({{ parts }}).sign, ({{ parts }}).second_sign,
                ({{ parts }}).last_sign
            )) > 1 then null
            else try_cast(
                case
                    when concat(
                        ({{ parts }}).opened, ({{ parts }}).sign, ({{ parts }}).second_sign,
                        ({{ parts }}).last_sign
                    ) in ('(', '-', '−', '–') then '-'
                    else ''
                end
                || case
                    when regexp_matches({{ number }}, '^[0-9]*[.][0-9]+$|^[0-9]+$') then {{ number }}
                    when regexp_matches({{ number }}, '^[0-9]*,[0-9]{1,2}$')
                        then replace({{ number }}, ',', '.')
                    when regexp_matches({{ number }}, '^[0-9]{1,3}([,''’ ][0-9]{3})+([.][0-9]+)?$')
                        then regexp_replace({{ number }}, '[^0-9.]', '', 'g')
                    when regexp_matches({{ number }}, '^[0-9]{1,3}([.''’ ][0-9]{3})+(,[0-9]+)?$')
                        then replace(regexp_replace({{ number }}, '[^0-9,]', '', 'g'), ',', '.')
                end as decimal(18, 2)
            )
        end
    )
{%- endmacro %}


{# The status of a payment, as the seed payment_statuses spells it. #}
{% macro payment_status(column) -%}
    lower(regexp_replace(trim({{ column }}), '[\s\p{Z}_-]+', '_', 'g'))
{%- endmacro %}


{# A word of an export without blanks of any kind, in small letters. #}
{% macro word_from_export(column) -%}
    lower(regexp_replace({{ text_from_export(column) }}, '[\s\p{Z}]+', '', 'g'))
{%- endmacro %}


{# The core's word for a word of an export, by the seed that is the system's dialect; what does not
   stand there, and no word at all, is 'other'.
   Example: core_word("' gue '", 'entry_method', 'capitan') is 'guest_pass', of 'pays cash' 'other'. #}
{% macro core_word(column, field, system) -%}
    coalesce(
        (
            select map_from_entries(list(({{ word_from_export('source_word') }}, core_word)))
            from {{ ref('dialect_' ~ system) }}
            where field = '{{ field }}'
        )[{{ word_from_export(column) }}],
        'other'
    )
{%- endmacro %}
