{#- What a pass or a payment line is for, from its text: kind, age group and gear. Both sides of a
    transaction link are read by the same three macros. -#}

{#- The text without the system's own prefix, which would pass for a product: "Capitan entry pass:",
    "Shopify:". -#}
{% macro match_product_text(text) -%}
    regexp_replace({{ text }}, '(?i)^\s*(capitan|shopify)[^:]*:\s*', '')
{%- endmacro %}

{#- 'punch 5', 'day 7', 'day 1', 'guest', or the text itself. -#}
{% macro pass_product(text) -%}
    {%- set product = match_product_text(text) -%}
    case
        when regexp_matches({{ product }}, '(?i)[0-9]+\s*-?\s*(climb|punch|visit)')
            then
                'punch '
                || regexp_extract({{ product }}, '(?i)([0-9]+)\s*-?\s*(?:climb|punch|visit)', 1)
        when regexp_matches({{ product }}, '(?i)punch') then 'punch'
        when regexp_matches({{ product }}, '(?i)[0-9]+\s*-?\s*day\b')
            then 'day ' || regexp_extract({{ product }}, '(?i)([0-9]+)\s*-?\s*day\b', 1)
        when regexp_matches({{ product }}, '(?i)guest') then 'guest'
        when regexp_matches({{ product }}, '(?i)\b(day|entry)\b') then 'day 1'
        else lower(trim({{ product }}))
    end
{%- endmacro %}

{% macro pass_age_group(text) -%}
    case when {{ tells_of_a_child(text) }} then 'youth' else 'adult' end
{%- endmacro %}

{#- Whether a pass or membership is sold to children only, or to adults only. "Adult" alone says
    nothing: many gyms sell such passes from 14 on. -#}
{% macro tells_of_a_child(text) -%}
    regexp_matches(
        {{ text }},
        '(?i)\b(youth|child|kid|junior|teen|toddler|minor\b)|\bunder\s*(1[0-8]|[0-9])\b|\bu1[0-8]\b'
    )
{%- endmacro %}

{% macro tells_of_an_adult(text) -%}
    regexp_matches({{ text }}, '(?i)\b(18|19|21)\s*(\+|(and|&|or)\s*(up|over|older))')
{%- endmacro %}

{#- 'no gear', 'gear', or null where the text does not say. -#}
{% macro pass_gear(text) -%}
    case
        when regexp_matches({{ text }}, '(?i)\b(no|without)\s+gear') then 'no gear'
        when regexp_matches({{ text }}, '(?i)\bgear\b') then 'gear'
    end
{%- endmacro %}

{#- The same for one of many texts: where others of its kind and age group are for passes with gear,
    a text that does not say is for one without. Takes gear, kind and age group from `products`. -#}
{% macro pass_gear_among(products) -%}
    case
        when {{ products }}.product_gear is not null then {{ products }}.product_gear
        when
            bool_or({{ products }}.product_gear = 'gear') over (
                partition by {{ products }}.product_kind, {{ products }}.product_age
            )
            then 'no gear'
    end
{%- endmacro %}

{#- Days a pass stays valid: "60 Days" in the text, else the parameter for its kind. -#}
{% macro match_validity_days(text) -%}
    coalesce(
        try_cast(regexp_extract({{ text }}, '(?i)([0-9]+)\s*days\b', 1) as integer),
        case
            when {{ pass_product(text) }} like 'punch%'
                then {{ match_parameter('punch_pass_validity_days') }}
            when {{ pass_product(text) }} in ('day 1', 'guest')
                then {{ match_parameter('day_pass_validity_days') }}
            else {{ match_parameter('multi_day_pass_validity_days') }}
        end
    )
{%- endmacro %}

{#- The number of the membership that a payment's text names, "Capitan membership #180227 renewal
    payment"; null for none. Without a sign for a number it has five digits at least, and a word of
    payments behind it or none, since "Membership 12 months" and "Membership 10000 steps" name none. A
    number that goes on, "#311,058" or "#1 of 3", is not known: its beginning is another member's. Nor
    is one of two. -#}
{% macro membership_number(text) -%}
    {%- set signed = '\\bmembership\\s*(?:#|№|no\\b\\.?|number\\b|id\\b)\\s*[:#]?\\s*([0-9]+)\\b' -%}
    {%- set unsigned = '\\bmembership\\s*:?\\s+([0-9]{5,})\\s*'
        ~ '(?:$|[^\\s\\w]|renew|pay|initial|fee|due|bill|charge|invoice|instal)' -%}
    {%- set goes_on = '\\bmembership\\b[^0-9]*[0-9]+(?:[-,.][0-9]|\\s+of\\s+[0-9]'
        ~ '|\\s*(?:/|\\+|&|\\band\\b)\\s*[#№]?\\s*[0-9]|\\s*[,;]\\s*[#№]\\s*[0-9])' -%}
    {%- set numbers -%}
        regexp_extract_all({{ text }}, '(?i){{ signed }}', 1)
        || regexp_extract_all({{ text }}, '(?i){{ unsigned }}', 1)
    {%- endset -%}
    case
        when not regexp_matches({{ text }}, '(?i){{ goes_on }}')
            then case len(list_distinct({{ numbers }})) when 1
                then try_cast(({{ numbers }})[1] as bigint) end
    end
{%- endmacro %}
