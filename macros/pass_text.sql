{#- The grammar of an entry's text: "<pass> from <buyer> (N remaining)" as systems and desks write it.
    core_pass_texts is its only reader; what a pass is for stands in match_product.sql. -#}

{#- Blanks of every kind, line breaks and what HTML or a wrong encoding made of them, as one blank. -#}
{% macro pass_text_folded(text) -%}
    trim(regexp_replace(
        {{ text }},
        '(?:[\s\p{Z}\p{Cc}\x{200B}\x{2060}\x{FEFF}]|Â\x{A0}|(?i:&nbsp;|&#160;|<br\s*/?>))+', ' ', 'g'
    ))
{%- endmacro %}

{#- What stands behind a pass or a name: how many uses are left, in brackets, behind a dash, or cut
    off at the end of the field. "(Adult 14 and Up)" and "(Left Wall)" are none. -#}
{% macro pass_text_tail_pattern() -%}
    {%- set open, close = '[(\\[{（［【]', '[)\\]}）］】]' -%}
    {%- set of = '(?:\\s*(?:of|out\\s+of|/)\\s*[0-9]+)?' -%}
    {%- set uses = '(?:\\s*(?:uses?|visits?|entr(?:y|ies)|punch(?:es)?|climbs?|passe?s?|days?|'
        ~ 'check-?ins?|credits?|sessions?))?' -%}
    {%- set left = of ~ uses ~ '\\s*(?:remain(?:ing|s)?|left|rem[.]?)' -%}
    '(?i)(?:'
    -- "(3 of 5 remaining)", "(unlimited remaining)", "(2 left, until May)"
    || '\s*{{ open }}+\s*(?:-?[0-9][0-9,]*(?:[.]0+)?|unlimited|none|no|zero|∞){{ left }}\b'
    || '[^()\[\]{}]*{{ close }}*'
    -- "(remaining: 3)", "(remaining)"
    || '|\s*{{ open }}+\s*(?:uses\s+)?remaining\b[^()\[\]{}]*{{ close }}*'
    -- "- 2 remaining", ", 2 left"
    || '|[\s,;:|·–—-]+(?:[0-9][0-9,]*|unlimited){{ left }}'
    -- "(0 rem", "(12", "("
    || '|\s*{{ open }}+\s*(?:[0-9]+{{ of }}\s*[a-z]?|[0-9]+\s+(?:rem?[aing]*|lef?)|unlim[a-z]*)?'
    || ')[\s.,;]*$'
{%- endmacro %}

{#- The uses that such a tail leaves, or null: of "(12", cut off, the next digit is unknown. -#}
{% macro pass_text_count(tail) -%}
    case
        when not regexp_matches({{ tail }}, '[0-9]\s*$')
            then try_cast(regexp_replace(
                regexp_extract({{ tail }}, '(?:[(\[{（［【]\s*-)?[0-9][0-9,]*'), '[^0-9-]', '', 'g'
            ) as integer)
    end
{%- endmacro %}

{#- The words that stand between a pass and its buyer. "for" names who comes in, not who paid. -#}
{% macro pass_text_link() -%}
    {%- set by = '(?:bought|purchased|paid(?:\\s+for)?|gifted|given|shared|sponsored|hosted|donated)\\s+by' -%}
    {%- set labelled = '(?:host|buyer|purchaser|payer)\\s*:\\s*' -%}
    {{- '(?:(?:from|' ~ by ~ '|courtesy\\s+of)(?:\\s*[:=–—-]+\\s*|\\s+)|' ~ labelled ~ ')' -}}
{%- endmacro %}

{#- A pass and its buyer. The first part is greedy: of several "from" the last stands before the
    name. -#}
{% macro pass_text_buyer_pattern() -%}
    '(?i)^(.*(?:[^\s,;:|–—-][\s,;:|–—-]+|[)\]}）］]\s*)){{ pass_text_link() }}(\S.*)$'
{%- endmacro %}

{#- "Guest of X", "Guest Pass of X". Of other passes "of" is a part: "Pass of the Month". -#}
{% macro pass_text_host_pattern() -%}
    '(?i)^((?:.*[\s(\[])?(?:guests?|buddy|buddies|visitors?)(?:\s+(?:day\s+)?passe?s?)?)'
    || '\s+of(?:\s*[:=–—-]+\s*|\s+)(\S.*)$'
{%- endmacro %}

{#- A link in brackets at the end, "(from X)", with a nickname in it or none. -#}
{% macro pass_text_bracketed_link_pattern() -%}
    '(?i)\s*[(\[（［]\s*({{ pass_text_link() }}(?:[^()\[\]（）]|[(][^()]*[)])+)[)\]）］]\s*$'
{%- endmacro %}

{#- What follows a "from" that names no buyer: a time, a day, a price. -#}
{% macro pass_text_amount() -%}
    {%- set price = '[$€£]\\s*[0-9]+(?:[.,][0-9]+)?' -%}
    {%- set day = '(?:19|20)[0-9]{2}|[0-9]{1,2}[/.-][0-9]{1,2}(?:[/.-][0-9]{2,4})?' -%}
    {%- set time = '[0-9]{1,2}(?:[:.h][0-9]{2})?\\s*(?:am|pm|a[.]m[.]?|p[.]m[.]?|h|hrs?|uhr)?' -%}
    {{- '(?:' ~ price ~ '|' ~ day ~ '|' ~ time ~ ')' -}}
{%- endmacro %}

{% macro pass_text_amounts_pattern() -%}
    '(?i)\bfrom\s+{{ pass_text_amount() }}(?:\s*(?:-|–|—|to|until|till)\s*{{ pass_text_amount() }})?'
    || '(?:\s+(?:on|onwards?|daily))?(\s*[)\]]|\s*$)'
{%- endmacro %}

{#- Words that look like those before a buyer, where no buyer could be read, with what stands in
    front of them and behind; null where there are none. "of", "for", "by" and "via" only before what
    looks like a full name: neither "Pass for Kids" nor "Best of Both Worlds Pass" speaks of a buyer. -#}
{% macro pass_text_leftover(text) -%}
    {%- set said = '(?:bought|purchased|paid|sponsored|hosted|gifted)\\s+(?:for\\s+)?by\\b' -%}
    {%- set labelled = '(?:guest|host|buyer|purchaser|payer)\\s*:' -%}
    {%- set hosted = '(?:guest|buddy|visitor)s?(?:\\s+passe?s?)?[\\s-]+of\\b' -%}
    {%- set article = '(?:\\s+(?:the|an?|our|my)\\b)?' -%}
    {%- set clear -%}
        '(?i)^(.*?\b(?:pass|ticket|entry|card)?)((?:from\b|courtesy\s+of\b|{{ said }}'
        || '|{{ labelled }}|{{ hosted }}){{ article }})(.*)$'
    {%- endset -%}
    {%- set before_a_name -%}
        '^(|.*?\s)((?i:of|for|by|via|c/o|fr[.]?|von|par|por))'
        || '(\s*:?\s+(?:\p{Lu}[\p{L}\p{M}''’.-]+\s+)+\p{Lu}[\p{L}\p{M}''’.-]+\s*)$'
    {%- endset -%}
    {%- set parts = "['front', 'link', 'behind']" -%}
    case
        when regexp_matches({{ text }}, {{ clear }})
            then regexp_extract({{ text }}, {{ clear }}, {{ parts }})
        when
            regexp_matches({{ text }}, {{ before_a_name }})
            and not regexp_matches({{ text }}, '(?i)\b(?:passe?s?|ticket|entry|card|day)\s*$')
            then regexp_extract({{ text }}, {{ before_a_name }}, {{ parts }})
    end
{%- endmacro %}

{#- A name without a number in brackets behind it, and without quotation marks. -#}
{% macro pass_text_name(text) -%}
    trim(regexp_replace(regexp_replace(regexp_replace(
        {{ text }}, '([^\s(\[])\s*[(\[][^()\[\]]*[0-9][^()\[\]]*[)\]]+\s*$', '\1'
    ), '[\s,;:|–—-]+$', ''), '^["“”]([^"“”]+)["“”]$', '\1'))
{%- endmacro %}
