{# The optional columns of an export that are typed, as text: the column there, the column in its
   staging model, and what it holds. A day or moment that is "past" is no later than its file, one that lies
   "ahead" some years later at most; a birthday has rules of its own. #}
{% macro typed_columns(export_name) -%}
    {%- if export_name == 'capitan/checkins' -%}
        lifetime_checkin_count, lifetime_checkin_count, value;
        is_free_entry, is_free_entry, value;
        customer_birthday, customer_birthday, birthday;
        created_at, created_at, past
    {%- elif export_name == 'capitan/customers' -%}
        has_active_membership, has_active_membership, value;
        has_opted_in_to_marketing, has_opted_in_to_marketing, value;
        active_waiver_exists, active_waiver_exists, value;
        birthday, birthday, birthday;
        latest_waiver_expiration_date, latest_waiver_expiration_date, ahead;
        created_at, created_at, past
    {%- elif export_name == 'capitan/members' -%}
        membership_id, membership_type_id, value;
        billing_amount, billing_amount, value;
        member_is_individually_frozen, is_individually_frozen, value;
        start_date, start_date, ahead;
        end_date, end_date, ahead
    {%- elif export_name == 'capitan/memberships' -%}
        membership_type_id, membership_type_id, value;
        owner_id, owner_customer_id, value;
        billing_amount, billing_amount, value;
        membership_owner_age, membership_owner_age, value;
        start_date, start_date, ahead;
        end_date, end_date, ahead
    {%- elif export_name == 'capitan/relations' -%}
        created_at, created_at, past
    {%- elif export_name == 'transactions/combined_transaction_data' -%}
        Total Amount, total_amount, value;
        base_price_amount, base_price_amount, value;
        Day Pass Count, day_pass_count, value;
        quantity, quantity, value;
        Date, transaction_date, past
    {%- endif -%}
{%- endmacro %}


{# The last day or moment that a column of this kind may hold. A day of grace covers what lies between
   the clock of the gym and UTC. #}
{% macro last_possible(kind) -%}
    {{ export_written_at() }}
    {%- if kind == 'ahead' %} + to_years({{ var('furthest_years_ahead') }})
    {%- else %} + interval 1 day
    {%- endif %}
{%- endmacro %}


{# A day or moment, null where it is impossible. #}
{% macro possible_day(column, kind) -%}
    case
        when {{ column }} >= make_date({{ var('earliest_year') }}, 1, 1)
            and {{ column }} <= {{ last_possible(kind) }}
            then {{ column }}
    end
{%- endmacro %}


{# Why a value that was given is not used; null where none was given, and where it is used. #}
{% macro unreadable_reason(text, column, kind) -%}
    {%- set is_nothing = is_one_of(
        'lower(' ~ text_from_export(text) ~ ')', var('words_for_nothing')
    ) -%}
    {%- if kind == 'birthday' -%}
        {{ column }}_problem
    {%- elif kind == 'value' -%}
        case
            when {{ column }} is not null then null
            when {{ text }} is null or {{ text }} = '' then null
            when {{ text_from_export(text) }} is null then null
            when {{ is_nothing }} then 'stands for nothing'
            else 'cannot be read'
        end
    {%- else -%}
        case
            when {{ possible_day(column, kind) }} is not null then null
            when {{ text }} is null or {{ text }} = '' then null
            when {{ text_from_export(text) }} is null then null
            when {{ is_nothing }}
                or {{ is_one_of(
                    'left(cast(' ~ column ~ ' as varchar), 10)', var('days_for_nothing')
                ) }}
                then 'stands for nothing'
            when {{ column }} is null or not isfinite({{ column }}) then 'cannot be read'
            when {{ column }} < make_date({{ var('earliest_year') }}, 1, 1)
                then 'before {{ var("earliest_year") }}'
            {%- if kind == 'ahead' %}
            else 'more than {{ var("furthest_years_ahead") }} years ahead'
            {%- else %}
            else 'later than its file was written'
            {%- endif %}
        end
    {%- endif -%}
{%- endmacro %}


{# What a text looks like, without what it says: letters as a, digits as 9, at most so many signs.
   Example: "Ann O'Hara 7" gives "aaa a'aaaa 9". #}
{% macro shape_of(text, most=30) -%}
    left(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace({{ text_from_export(text) }}, '[\s\p{Z}]+', ' ', 'g'),
                    '\p{L}\p{M}*', 'a', 'g'
                ),
                '\p{N}', '9', 'g'
            ),
            '[^\x20-\x7e\p{Sc}]', '?', 'g'
        ),
        {{ most }}
    )
{%- endmacro %}


{# Of a record, the optional values that were given and are not used: a list, null where there are
   none. The texts of the export stand in the struct `given`. Their shapes are made of these few only:
   patterns of letters of all scripts are dear. #}
{% macro unreadable_values(export_name) -%}
    {%- set reasons, values = [], [] -%}
    {%- for line in typed_columns(export_name).split(';') -%}
        {%- set name, column, kind = (line | trim).split(', ') -%}
        {%- set text = 'given."' ~ name ~ '"' -%}
        {%- set reason = unreadable_reason(text, column, kind) -%}
        {%- do reasons.append(reason) -%}
        {%- do values.append(
            "{'column_name': '" ~ name ~ "', 'reason': " ~ reason ~ ", 'given': left(" ~ text
            ~ ', 60)}'
        ) -%}
    {%- endfor -%}
    case
        when coalesce({{ reasons | join(', ') }}) is not null
            then list_filter([{{ values | join(', ') }}], lambda found: found.reason is not null)
    end
{%- endmacro %}


{# The texts of the optional columns of an export, as a struct. #}
{% macro given_values(export_name, row) -%}
    struct_pack(
        {%- for line in typed_columns(export_name).split(';') %}
        {%- set name = (line | trim).split(', ')[0] %}
        "{{ name }}" := {{ row }}."{{ name }}"{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{# The optional values of an export that are not used, one row each, and how many of each column
   were given. Of a rejected record rejected_rows says more; of an erased one nothing is left. #}
{% macro unreadable_values_of(export_name, base_model, name) -%}
    select
        {{ name }} as export_name,
        found.source_file,
        found.value.column_name,
        found.value.reason,
        found.value.given,
    from (
        select source_file, unnest(unreadable_values) as value
        from {{ base_model }}
        where unreadable_values is not null and row_outcome not in ('rejected', 'erased')
    ) as found
{%- endmacro %}


{# How many values of each optional column of an export were read: one row per column. #}
{% macro values_read_of(export_name, base_model, name) -%}
    select
        {{ name }} as export_name,
        unnest([
            {%- for line in typed_columns(export_name).split(';') %}
            '{{ (line | trim).split(', ')[0] }}'{{ ',' if not loop.last }}
            {%- endfor %}
        ]) as column_name,
        unnest([
            {%- for line in typed_columns(export_name).split(';') %}
            count({{ (line | trim).split(', ')[1] }}){{ ',' if not loop.last }}
            {%- endfor %}
        ]) as read_count
    from {{ base_model }}
    where row_outcome not in ('rejected', 'erased')
    group by {{ name }}
{%- endmacro %}
