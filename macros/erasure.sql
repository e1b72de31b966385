{# A name as it is compared with a request: no accents, no case, single blanks. #}
{% macro erasure_name_key(name) -%}
    nullif(trim(regexp_replace(lower(strip_accents({{ name }})), '\s+', ' ', 'g')), '')
{%- endmacro %}


{# Whether one of these customer ids asked to be erased; never null. #}
{% macro is_erased_customer(columns) -%}
    exists (
        select 1
        from {{ ref('stg_privacy__erasure_requests') }} as requests
        where requests.customer_id in ({{ columns | join(', ') }})
    )
{%- endmacro %}


{# Whether one of these addresses, or this name, asked to be erased; never null. #}
{% macro is_erased_payer(name, emails) -%}
    exists (
        select 1
        from {{ ref('stg_privacy__erasure_requests') }} as requests
        where
            requests.name_key = {{ erasure_name_key(name) }}
            or requests.email in ({{ emails | join(', ') }})
    )
{%- endmacro %}


{# A check-in's description, the buyer's name blacked out where that person asked to be erased. #}
{% macro without_erased_buyer(description) -%}
    case
        when exists (
            select 1
            from {{ ref('stg_privacy__erasure_requests') }} as requests
            where contains(
                {{ erasure_name_key(description) }} || ' ', ' from ' || requests.name_key || ' '
            )
        )
            then regexp_replace(
                {{ description }}, '^(.*\sfrom\s+).*?(\s*[(][0-9]+ remaining[)]\s*)?$',
                '\1(erased)\2', 'i'
            )
        else {{ description }}
    end
{%- endmacro %}
