-- Grain: one row per figure of the report on what entry and guest passes say.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

core_pass_texts as (
    select * from {{ ref('core_pass_texts') }}
),

readings as (
    select
        coalesce(texts.reading, 'no text') as reading,
        count(*) as checkins,
        count(*) filter (where texts.reading_method = 'staff_review') as reviewed,
        {{ shape_of('checkins.entry_method_description', most=60) }} as shape,
    from core_checkins as checkins
    left join core_pass_texts as texts
        on checkins.entry_method_description = texts.entry_method_description
    where checkins.entry_kind in ('entry_pass', 'guest_pass')
    group by all
),

counted as (
    select
        reading,
        sum(checkins) as checkins,
        sum(reviewed) as reviewed,
        -- a shape tells no name
        list(shape || ' (' || checkins || ')' order by checkins desc, shape) as shapes,
    from readings
    group by reading
),

figures as (
    select
        18 as section_number,
        'pass texts' as section,
        kinds.reading as metric,
        coalesce(counted.checkins, 0) as value,
        sum(counted.checkins) over () as share_of,
        case
            when kinds.reading = 'not understood' then array_to_string(
                counted.shapes[:{{ var('text_shapes_named') }}], ', '
            )
            when kinds.reading = 'several buyers' then 'none of them is taken for the buyer'
            when counted.reviewed > 0 then counted.reviewed || ' of them by staff_review'
        end as note,
    from (
        values ('names a buyer'), ('own pass'), ('several buyers'), ('not understood'), ('no text')
    ) as kinds (reading)
    left join counted
        on kinds.reading = counted.reading
    union all
    select 18, 'pass texts', 'total', coalesce(sum(checkins), 0), null, null
    from counted
)

select * from figures
