-- 2. The ways to read the name.
select
    match_name_readings.reading,
    match_name_readings.first_name,
    match_name_readings.last_name,
from {{ ref('match_name_readings') }}
where match_name_readings.written_name = 'Katherine Stavman'
order by match_name_readings.reading
