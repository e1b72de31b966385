-- Grain: one row per customer record and way to write its first and last name.
-- Long: all forms of a name, which must not repeat each other.
with customer_records as (
    select * from {{ ref('customer_records') }}
),

name_affixes as (
    select * from {{ ref('name_affixes') }}
),

-- a record says which is the last name, so that what may be one stays one: Ma, Major
affixes as (
    select
        list(word) filter (where kind = 'title' and not is_also_a_name) as titles,
        list(word) filter (where kind = 'generation' or kind != 'title' and not is_also_a_name)
            as endings,
        map_from_entries(
            list((word, generation)) filter (where generation != '')
        ) as generations,
    from name_affixes
),

-- a small letter joins a given name as a hyphen does: Jun hee, Jun-Hee, but Jian Guo
given_names as (
    select
        customers.*,
        regexp_replace(
            coalesce(customers.first_name, ''), '^(\p{Lu}\p{Ll}+) (\p{Ll}{2,})$', '\1\2'
        ) as given_name,
    from customer_records as customers
),

letters as (
    select
        customers.customer_id,
        {{ normalise_letters(join_hyphens('customers.given_name')) }} as first_text,
        {{ normalise_letters("coalesce(customers.last_name, '')") }} as last_text,
        {{ normalise_letters("coalesce(customers.preferred_name, '')") }} as preferred_text,
    from given_names as customers
),

tokens as (
    select
        letters.customer_id,
        letters.preferred_text,
        letters.first_text,
        affixes.*,
        {{ name_tokens(
            "regexp_replace(letters.first_text, " ~ name_nickname_pattern() ~ ", ' ')"
        ) }} as first_tokens,
        list_reverse({{ name_tokens("replace(letters.last_text, ',', ' ')") }}) as last_tokens,
        {{ name_affix_count('last_tokens', 'endings') }} as endings_count,
    from letters
    cross join affixes
),

parts as (
    select
        customer_id,
        preferred_text,
        regexp_extract(first_text, {{ name_nickname_pattern() }}, 1) as nickname_text,
        {{ name_generation('list_reverse(last_tokens[:endings_count])') }} as suffix,
        {{ normalise_words(
            "array_to_string(first_tokens[" ~ name_affix_count('first_tokens', 'titles')
            ~ " + 1:], ' ')"
        ) }} as first_words,
        {{ normalise_words(
            "array_to_string(list_reverse(last_tokens[endings_count + 1:]), ' ')"
        ) }} as last_words,
    from tokens
),

-- A whole name in one field is split like a purchaser's: the last word is the last name.
words as (
    select
        parts.customer_id,
        parts.suffix,
        {{ normalise_words('parts.preferred_text') }} as preferred_words,
        {{ normalise_words('parts.nickname_text') }} as nickname_words,
        case
            when len(parts.last_words) = 0 and len(parts.first_words) > 1
                then parts.first_words[:-2]
            when len(parts.first_words) = 0 and len(parts.last_words) > 1
                then parts.last_words[:-2]
            else parts.first_words
        end as first_words,
        case
            when len(parts.last_words) = 0 and len(parts.first_words) > 1
                then parts.first_words[-1:]
            when len(parts.first_words) = 0 and len(parts.last_words) > 1
                then parts.last_words[-1:]
            else parts.last_words
        end as last_words,
    from parts
),

forms as (
    select
        words.customer_id,
        words.suffix,
        array_to_string(words.first_words[2:], ' ') as middle_names,
        array_to_string(words.first_words, '') || array_to_string(words.last_words, '')
            as joined_name,
        unnest([
            {'form': 'first', 'name': words.first_words[1]},
            {'form': 'joined', 'name': array_to_string(words.first_words, '')},
            {'form': 'preferred', 'name': array_to_string(words.preferred_words, '')},
            {'form': 'nickname', 'name': array_to_string(words.nickname_words, '')},
            {'form': 'middle', 'name': words.first_words[2]}
        ]) as first_form,
        words.last_words,
    from words
),

variants as (
    select
        forms.customer_id,
        forms.first_form.name as first_name,
        forms.first_form.form as first_form,
        forms.middle_names,
        forms.suffix,
        forms.joined_name,
        unnest(
            [{'form': 'full', 'name': array_to_string(forms.last_words, '')}]
            || case
                when len(forms.last_words) > 1
                    then list_transform(
                        list_filter(forms.last_words, lambda word: length(word) >= 4),
                        lambda word: {'form': 'half', 'name': word}
                    )
                else []
            end
        ) as last_form,
    from forms
    where coalesce(forms.first_form.name, '') <> ''
        or (forms.first_form.form = 'first' and len(forms.last_words) > 0)
),

names as (
    select
        variants.customer_id,
        coalesce(variants.first_name, '') as first_name,
        variants.last_form.name as last_name,
        variants.middle_names,
        variants.suffix,
        variants.joined_name,
        variants.first_form,
        variants.last_form.form as last_form,
    from variants
    where length(variants.first_form) > 0
        and (variants.first_form <> 'middle' or length(variants.first_name) > 1)
    -- The same name in two forms counts as the plainer one.
    qualify row_number() over (
        partition by variants.customer_id, variants.first_name, variants.last_form.name
        order by
            variants.last_form.form,
            list_position(
                ['first', 'joined', 'preferred', 'nickname', 'middle'], variants.first_form
            )
    ) = 1
)

select * from names
