-- Grain: one row per place under the exports root in which a file is not read, and the total.
with places as (
    select
        listed_as,
        count(*) as file_count,
        min(not_read_because) as not_read_because,
        row_number() over (order by listed_as) as place,
    from {{ ref('export_files_listed') }}
    where not_read_because is not null
    group by listed_as
),

lines as (
    select
        'place ' || lpad(cast(place as varchar), 2, '0') as metric,
        file_count,
        listed_as || ': ' || not_read_because as note,
    from places
    where place <= {{ var('files_not_read_named') }}
    union all
    select
        'total' as metric,
        coalesce(sum(file_count), 0) as file_count,
        case
            when max(place) > {{ var('files_not_read_named') }}
                then 'in ' || max(place) || ' places, of which the first are named'
        end as note,
    from places
)

select * from lines
