-- Grain: one row, the day that counts as today; none where there is no check-in and no as_of.
with stg_capitan__checkins as (
    select * from {{ ref('stg_capitan__checkins') }}
),

today as (
    select
        coalesce(
            cast(nullif('{{ as_of() }}', '') as date), max(checkin_date)
        ) as today,
    from stg_capitan__checkins
)

select * from today
where today is not null
