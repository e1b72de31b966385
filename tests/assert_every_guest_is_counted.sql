-- Every journey is in the conversion of its kind at each horizon, and with its host in the credit.
with guest_journeys as (
    select * from {{ ref('guest_journeys') }}
),

guest_conversion as (
    select * from {{ ref('guest_conversion') }}
),

host_credit as (
    select * from {{ ref('host_credit') }}
),

by_kind as (
    select
        journeys.entry_kind,
        journeys.is_child,
        horizons.horizon_days,
        count(*) as guests,
        count(*) filter (where journeys.days_to_membership <= horizons.horizon_days) as events,
    from guest_journeys as journeys
    cross join (select distinct horizon_days from guest_conversion) as horizons
    group by journeys.entry_kind, journeys.is_child, horizons.horizon_days
),

by_host as (
    select
        host_customer_id,
        count(*) as guest_count,
        cast(sum(host_confidence) as decimal(12, 2)) as guests,
    from guest_journeys
    where host_customer_id is not null
    group by host_customer_id
)

select
    'conversion' as what,
    entry_kind || ', ' || if(is_child, 'children', 'adults') || ', ' || horizon_days as which,
from (
    from by_kind
    except
    select entry_kind, is_child, horizon_days, guests, events
    from guest_conversion
)
union all
select 'credit', cast(host_customer_id as varchar)
from (
    (from by_host
    except
    select host_customer_id, guest_count, guests from host_credit)
    union all
    (select host_customer_id, guest_count, guests from host_credit
    except
    from by_host)
)
