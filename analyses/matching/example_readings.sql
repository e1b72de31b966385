-- 2. The ways to read the name.
select
    match_name_readings.reading,
    match_name_readings.first_name,
    match_name_readings.last_name,
from {{ ref('match_name_readings') }}
where match_name_readings.written_name in (
    select match_groups.written_name
    from {{ ref('match_groups') }}
    where match_groups.purchaser_group_id = 30543314
)
order by match_name_readings.reading
