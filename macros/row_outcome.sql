{# The columns with which a landing table says where a row stood and whether it could be read. #}
{% macro landing_bookkeeping() -%}
    source_file, source_line, source_line_count, reject_reason, raw_text, file_error,
    source_written_at, source_header_line, columns_not_read, left_out_because, is_erased,
    erased_for
{%- endmacro %}


{# True for every row; stops the build with the file's own sentence when a file is unreadable. #}
{% macro file_is_readable() -%}
    case when file_error is not null then error(file_error) else true end
{%- endmacro %}


{# The same for a landing table of an export: false for the rows that a dialect leaves out. #}
{% macro row_is_wanted() -%}
    {{ file_is_readable() }} and left_out_because is null
{%- endmacro %}


{# The record as text: what the file holds, or for a record that was split, its fields again. #}
{% macro record_text() -%}
    coalesce(raw_text, concat_ws(',', *columns(* exclude ({{ landing_bookkeeping() }}))))
{%- endmacro %}


{# A number that is equal for records equal in every field. #}
{% macro record_hash() -%}
    hash(*columns(* exclude ({{ landing_bookkeeping() }})))
{%- endmacro %}


{# Why a row without this value cannot be used; null when the typed value is there. The text that
   it was typed from stands beside it as <column>_text. #}
{% macro missing_value(column) -%}
    case
        when {{ column }} is not null then null
        when {{ text_from_export(column ~ '_text') }} is null then '{{ column }} is empty'
        else '{{ column }} cannot be read: ' || left({{ column }}_text, 60)
    end
{%- endmacro %}


{# The first of several reasons why a row cannot be used. An erased row needs none: of it only the key
   is left, with which it keeps its place among the rows of that key. #}
{% macro first_reject_reason(reasons) -%}
    case when not is_erased then coalesce(unreadable_reason, {{ reasons | join(', ') }}) end
{%- endmacro %}


{# Of the rows of one key, the value of the one that wins; for the condition of a conflict. #}
{% macro of_winner(column) -%}
    first_value({{ column }}) over (winner)
{%- endmacro %}


{# kept, rejected, duplicate (equal to the kept row of its key), superseded (another row won),
   conflicting (another row won that tells of something else), erased (its person asked to be
   erased) or later (after as_of). Of the rows of one key the latest wins, then the last in file
   order; where an erased one wins, none is kept. #}
{% macro row_outcome(key, latest=none, later='false', conflict='false') -%}
    {%- set window -%}
        partition by {{ key }}, reject_reason is null and not {{ later }}
        order by {{ latest ~ ' desc nulls last, ' if latest }}source_file desc, source_line desc
    {%- endset -%}
    case
        when is_erased then 'erased'
        when reject_reason is not null then 'rejected'
        when {{ later }} then 'later'
        when row_number() over ({{ window }}) = 1 then 'kept'
        when record_hash = first_value(record_hash) over ({{ window }}) then 'duplicate'
        when {{ conflict | replace('(winner)', '(' ~ window ~ ')') }} then 'conflicting'
        else 'superseded'
    end
{%- endmacro %}


{# Whether a customer record tells of another person than the one that wins: another name, and
   neither e-mail nor birthday agree. Where only one of first and last name differs, e-mail and
   birthday must both be there and differ: people marry, and desks mistype. #}
{% macro is_another_person() -%}
    {%- set first = 'lower(first_name) != lower(' ~ of_winner('first_name') ~ ')' -%}
    {%- set last = 'lower(last_name) != lower(' ~ of_winner('last_name') ~ ')' -%}
    {%- set email = 'email != ' ~ of_winner('email') -%}
    {%- set birthday = 'birthday != ' ~ of_winner('birthday') -%}
    coalesce({{ email }}, true) and coalesce({{ birthday }}, true)
    and (
        ({{ first }}) and ({{ last }})
        or (({{ first }}) or ({{ last }})) and ({{ email }}) and ({{ birthday }})
    )
{%- endmacro %}
