-- Grain: one row, the day that counts as today; none where there is no check-in and no as_of.
select today from {{ ref('core_today') }}
