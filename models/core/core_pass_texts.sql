-- Grain: one row per text that describes an entry, as the export writes it.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

texts as (
    select
        entry_method_description,
        {{ pass_text_folded('entry_method_description') }} as folded_text,
        regexp_replace(folded_text, {{ pass_text_tail_pattern() }}, '') as pass_and_buyer,
        substr(folded_text, length(pass_and_buyer) + 1) as tail,
        regexp_replace(
            pass_and_buyer, {{ pass_text_bracketed_link_pattern() }}, ' \1'
        ) as unwrapped_text,
    from (
        select distinct entry_method_description
        from core_checkins
        where entry_method_description is not null
    )
),

-- "from 7 pm" at the end names no buyer, and hides none before it
split as (
    select
        *,
        regexp_replace(unwrapped_text, {{ pass_text_amounts_pattern() }}, '\1', 'g')
            as text_without_amounts,
        regexp_extract(
            unwrapped_text, {{ pass_text_buyer_pattern() }}, ['pass_type', 'buyer_name']
        ) as sold,
        regexp_extract(
            unwrapped_text, {{ pass_text_host_pattern() }}, ['pass_type', 'buyer_name']
        ) as hosted,
        regexp_matches(
            'from ' || sold['buyer_name'], '^' || {{ pass_text_amounts_pattern() }}
        ) as is_sold_from_an_amount,
    from texts
),

parted as (
    select
        *,
        case
            when sold.buyer_name != '' and not is_sold_from_an_amount then sold
            -- "Guest of the Month" has no host
            when not regexp_matches(hosted.buyer_name, '(?i)^(the|an?|our|my)\s') then hosted
        end as parts,
    from split
),

-- a number in brackets behind the name is no part of it, and neither are quotation marks
named as (
    select
        *,
        regexp_replace(parts.pass_type, '[\s,;:|–—-]+$', '') as pass_before_buyer,
        trim(regexp_replace(regexp_replace(regexp_replace(
            parts.buyer_name, '([^\s(\[])\s*[(\[][^()\[\]]*[0-9][^()\[\]]*[)\]]+\s*$', '\1'
        ), '[\s,;:|–—-]+$', ''), '^["“”]([^"“”]+)["“”]$', '\1')) as buyer_name,
    from parted
),

read_texts as (
    select
        entry_method_description,
        case
            when buyer_name != '' and {{ name_is_of_several('buyer_name') }} then 'several buyers'
            when buyer_name != '' then 'names a buyer'
            when {{ pass_text_has_a_leftover('text_without_amounts') }} then 'not understood'
            else 'own pass'
        end as reading,
        -- the uses may stand before the buyer: "Punch Pass (3 remaining) from Ann Example"
        regexp_replace(
            if(buyer_name != '', pass_before_buyer, pass_and_buyer),
            {{ pass_text_tail_pattern() }}, ''
        ) as pass_type,
        nullif(buyer_name, '') as buyer_name,
        coalesce(
            {{ pass_text_count('tail') }},
            {{ pass_text_count('substr(pass_before_buyer, length(pass_type) + 1)') }}
        ) as remaining_count,
    from named
)

select * from read_texts
