{# The columns with which a landing table says where a row stood and whether it could be read. #}
{% macro landing_bookkeeping() -%}
    source_file, source_line, source_line_count, reject_reason, raw_text, file_error,
    source_written_at, source_header_line
{%- endmacro %}


{# True for every row; stops the build with the file's own sentence when a file is unreadable. #}
{% macro file_is_readable() -%}
    case when file_error is not null then error(file_error) else true end
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


{# kept, rejected, duplicate (equal to the kept row of its key), superseded (another row won) or
   erased (it won, but its person asked to be erased). Of the rows of one key the latest wins, then
   the last in file order. #}
{% macro row_outcome(key, latest=none, erased='false') -%}
    {%- set window -%}
        partition by {{ key }}, reject_reason is null
        order by {{ latest ~ ' desc nulls last, ' if latest }}source_file desc, source_line desc
    {%- endset -%}
    case
        when reject_reason is not null then 'rejected'
        when row_number() over ({{ window }}) = 1
            then case when {{ erased }} then 'erased' else 'kept' end
        when record_hash = first_value(record_hash) over ({{ window }}) then 'duplicate'
        else 'superseded'
    end
{%- endmacro %}
