-- Grain: one row per entry kind, child or adult, and horizon.
with guest_shares as (
    select * from {{ ref('guest_shares') }}
),

conversion as (
    select
        entry_kind,
        is_child,
        horizon_days,
        guests,
        events,
        at_risk,
        cast(share as decimal(7, 6)) as share,
        cast(low as decimal(7, 6)) as low,
        cast(high as decimal(7, 6)) as high,
    from guest_shares
)

select * from conversion
order by entry_kind, is_child, horizon_days
