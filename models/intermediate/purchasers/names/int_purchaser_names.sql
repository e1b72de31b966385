-- Grain: one row per name as written, on a pass or a payment, and way to read it.
with int_pass_transfers_parsed as (
    select * from {{ ref('int_pass_transfers_parsed') }}
),

int_payments as (
    select * from {{ ref('int_payments') }}
),

written as (
    select
        names.written_name,
        bool_or(names.is_shown) as is_shown,
        bool_or(not names.is_shown) as is_on_payment,
    from (
        select transfers.purchaser_name as written_name, true as is_shown
        from int_pass_transfers_parsed as transfers
        union all
        select payments.payment_name, false from int_payments as payments
    ) as names
    where names.written_name <> ''
    group by names.written_name
),

letters as (
    select
        written.written_name,
        written.is_shown,
        written.is_on_payment,
        regexp_replace(
            {{ normalise_letters('written.written_name') }}, {{ name_title_pattern() }}, ''
        ) as name_text,
    from written
),

-- "Last, First" is turned round, unless what follows the comma is a generation suffix.
parts as (
    select
        letters.written_name,
        letters.is_shown,
        letters.is_on_payment,
        regexp_extract(letters.name_text, {{ name_suffix_pattern() }}, 1) as suffix,
        {{ normalise_words(
            "regexp_extract(letters.name_text, " ~ name_nickname_pattern() ~ ", 1)"
        ) }} as nickname_words,
        {{ normalise_words(
            "regexp_replace(regexp_replace(regexp_replace(letters.name_text, "
            ~ name_suffix_pattern() ~ ", ''), " ~ name_nickname_pattern() ~ ", ' ')"
            ~ ", '^([^,]+),([^,]+)$', '\\2 \\1')"
        ) }} as words,
    from letters
),

readings as (
    select
        parts.*,
        array_to_string(parts.words, '') as joined_name,
        unnest(
            case
                when len(parts.words) = 0 then []
                when len(parts.words) = 1 then [
                    {'reading': 'one_word', 'first': parts.words[1], 'last': '', 'middle': ''}
                ]
                else [
                    {
                        'reading': 'plain',
                        'first': parts.words[1],
                        'last': parts.words[-1],
                        'middle': array_to_string(parts.words[2:-2], ' ')
                    },
                    {
                        'reading': 'long_last',
                        'first': parts.words[1],
                        'last': array_to_string(parts.words[2:], ''),
                        'middle': ''
                    },
                    {
                        'reading': 'long_first',
                        'first': array_to_string(parts.words[:-2], ''),
                        'last': parts.words[-1],
                        'middle': ''
                    },
                    {
                        'reading': 'swapped',
                        'first': parts.words[-1],
                        'last': array_to_string(parts.words[:-2], ''),
                        'middle': ''
                    },
                    {
                        'reading': 'nickname',
                        'first': array_to_string(parts.nickname_words, ''),
                        'last': array_to_string(parts.words[2:], ''),
                        'middle': ''
                    },
                    {
                        'reading': 'half_last',
                        'first': parts.words[1],
                        'last': case
                            when len(parts.words) > 2 and length(parts.words[-2]) >= 4
                                then parts.words[-2]
                        end,
                        'middle': array_to_string(parts.words[2:-3], ' ')
                    }
                ]
            end
        ) as reading,
    from parts
),

names as (
    select
        readings.written_name,
        readings.reading.reading as reading,
        readings.reading.first as first_name,
        readings.reading.last as last_name,
        readings.reading.middle as middle_names,
        readings.suffix,
        readings.joined_name,
        readings.is_shown,
        readings.is_on_payment,
    from readings
    where readings.reading.last is not null
        and readings.reading.first <> ''
    qualify row_number() over (
        partition by readings.written_name, readings.reading.first, readings.reading.last
        order by
            list_position(
                [
                    'one_word', 'plain', 'long_last', 'long_first', 'nickname', 'half_last',
                    'swapped'
                ],
                readings.reading.reading
            )
    ) = 1
)

select * from names
