-- Grain: one row, the day that counts as today; none where there is no check-in and no as_of.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

today as (
    select
        coalesce(cast(nullif('{{ as_of() }}', '') as date), max(checkin_date)) as today,
    from core_checkins
)

select * from today
where today is not null
