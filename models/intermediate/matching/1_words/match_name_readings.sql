-- Grain: one row per name as written, on a pass or a payment, and way to read it.
with match_written_names as (
    select * from {{ ref('match_written_names') }}
),

readings as (
    select
        parts.*,
        -- one for each name as written: by it purchases are joined to one purchaser
        first_value(array_to_string(parts.words, '')) over (
            partition by parts.written_name order by len(parts.words), parts.words
        ) as joined_name,
        unnest(
            case
                when len(parts.words) = 0 then []
                when len(parts.words) = 1 then [
                    {'reading': 'one_word', 'first': parts.words[1], 'last': '', 'middle': ''}
                ] || if(
                    parts.is_east_asian,
                    -- nothing shows where the family name ends, or that it stands first
                    flatten(list_transform(
                        range(1, length(parts.words[1])),
                        lambda cut: [
                            {
                                'reading': 'east_asian',
                                'first': substr(parts.words[1], cut + 1),
                                'last': left(parts.words[1], cut),
                                'middle': ''
                            },
                            {
                                'reading': 'east_asian',
                                'first': left(parts.words[1], cut),
                                'last': substr(parts.words[1], cut + 1),
                                'middle': ''
                            }
                        ]
                    )),
                    []
                )
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
                    },
                    {
                        'reading': 'east_asian',
                        'first': array_to_string(parts.words[2:], ''),
                        'last': if(parts.is_east_asian, parts.words[1], null),
                        'middle': ''
                    }
                ] || list_transform(
                    -- "Maria Jose De La Fontana": the last name may begin with any word
                    range(2, len(parts.words) - 1),
                    lambda cut: {
                        'reading': 'split',
                        'first': parts.words[1],
                        'last': array_to_string(parts.words[cut + 1:], ''),
                        'middle': array_to_string(parts.words[2:cut], ' ')
                    }
                )
            end
        ) as reading,
    from match_written_names as parts
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
                    'one_word', 'plain', 'long_last', 'long_first', 'nickname', 'east_asian',
                    'split', 'half_last', 'swapped'
                ],
                readings.reading.reading
            ),
            readings.reading.middle
    ) = 1
)

select * from names
