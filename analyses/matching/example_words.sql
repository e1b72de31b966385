-- 3. The words of customers that agree with each word of the plain reading: m, u and ln(m / u).
select
    match_word_weights.name_field,
    match_word_weights.written_word,
    match_word_weights.known_word,
    match_word_weights.level as agreement,
    match_parameters.value as m,
    round(match_word_weights.chance, 6) as u,
    round(match_word_weights.weight, 2) as match_weight,
from {{ ref('match_word_weights') }}
inner join {{ ref('match_name_readings') }}
    on
        match_word_weights.written_word
        = if(
            match_word_weights.name_field = 'first',
            match_name_readings.first_name,
            match_name_readings.last_name
        )
inner join {{ ref('match_parameters') }}
    on
        match_parameters.parameter
        = match_word_weights.name_field || '_' || match_word_weights.level || '_m'
where match_name_readings.written_name in (
    select match_groups.written_name
    from {{ ref('match_groups') }}
    where match_groups.purchaser_group_id = 30543314
)
    and match_name_readings.reading = 'plain'
order by match_word_weights.name_field, match_word_weights.known_word
