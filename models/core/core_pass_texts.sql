-- Grain: one row per text that describes an entry, as the export writes it.
-- Long: one grammar, each step of which needs the one before.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_answers as (
    select * from {{ ref('core_answers') }}
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

named as (
    select
        *,
        regexp_replace(parts.pass_type, '[\s,;:|–—-]+$', '') as pass_before_buyer,
        nullif({{ pass_text_name('parts.buyer_name') }}, '') as read_name,
        case when read_name is null then {{ pass_text_leftover('text_without_amounts') }} end
            as leftover,
    from parted
),

-- what no pattern reads has a form: the pass, the words behind it, and a place for a name
formed as (
    select
        *,
        regexp_replace(leftover.front, '[\s,;:|(\[–—-]+$', '') as pass_before_link,
        trim(lower(regexp_replace(leftover.link, '[\s:]+', ' ', 'g'))) as link,
        case
            when link is not null
                then concat_ws(
                    ' ',
                    nullif(lower(regexp_replace(pass_before_link, '[0-9]+', '9', 'g')), ''),
                    link, '…'
                )
        end as form,
        -- a bracket that was opened in front is closed behind
        regexp_replace(
            {{ pass_text_name("regexp_replace(leftover.behind, '^[\\s:=–—-]+', '')") }},
            '^([^()\[\]]*)[)\]]+$', '\1'
        ) as name_behind,
        if(regexp_matches(name_behind, '\p{L}'), name_behind, null) as form_name,
    from named
),

-- what staff said of a form holds for every text of it
heard as (
    select
        formed.*,
        case
            when core_answers.answer in ('visitor', 'none') then core_answers.answer
            when core_answers.answer = 'buyer' and formed.form_name is not null then 'buyer'
        end as said,
        coalesce(formed.read_name, if(said = 'buyer', formed.form_name, null)) as buyer_name,
        case
            when formed.read_name is not null then formed.pass_before_buyer
            when said in ('buyer', 'visitor')
                then coalesce(nullif(formed.pass_before_link, ''), formed.link)
            else formed.pass_and_buyer
        end as pass_text,
    from formed
    left join core_answers
        on {{ question_id('pass_text', ['formed.form']) }} = core_answers.question_id
            and formed.form is not null
),

read_texts as (
    select
        entry_method_description,
        case
            when buyer_name is not null and {{ name_is_of_several('buyer_name') }}
                then 'several buyers'
            when buyer_name is not null then 'names a buyer'
            when form is not null and said is null then 'not understood'
            else 'own pass'
        end as reading,
        case
            when said is not null then 'staff_review'
            when reading != 'not understood' then 'grammar'
        end as reading_method,
        -- the uses may stand before the buyer: "Punch Pass (3 remaining) from Ann Example"
        regexp_replace(pass_text, {{ pass_text_tail_pattern() }}, '') as pass_type,
        buyer_name,
        coalesce(
            {{ pass_text_count('tail') }},
            {{ pass_text_count('substr(pass_text, length(pass_type) + 1)') }}
        ) as remaining_count,
        form,
        link,
        form_name,
    from heard
)

select * from read_texts
