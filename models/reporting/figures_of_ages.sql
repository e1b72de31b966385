-- Grain: one row per figure of the report on ages.
with gym_metrics as (
    select * from {{ ref('gym_metrics') }}
),

people as (
    select * from {{ ref('people') }}
),

people_counted as (
    select
        count(*) as customers,
        count(*) filter (where birthday_problem is null) as with_birthday,
    from people
),

figures as (
    select
        11 as section_number,
        'ages' as section,
        metric,
        value,
        sum(value) over () as share_of,
        case metric when 'unknown' then 'treated as children: no name is published' end as note,
    from gym_metrics
    where section = 'customers by age' and value > 0
    union all
    select
        11, 'ages', 'birthday unknown, ' || birthday_problem, count(*),
        any_value(people_counted.customers), null
    from people
    cross join people_counted
    where birthday_problem is not null
    group by birthday_problem
    union all
    select
        11, 'ages', 'ages are not known', customers, null,
        'hardly anybody has a birthday; names of all who are not known to be adults are withheld'
    from people_counted
    where with_birthday < {{ var('min_known_birthday_share') }} * customers
)

select * from figures
