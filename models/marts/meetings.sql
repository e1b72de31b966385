{{ config(materialized='view') }}
-- Grain: one row per day and pair of customers who met.
select
    interaction_date as meeting_date,
    customer_id_1,
    customer_id_2,
    cast(metadata ->> 'time_diff_minutes' as decimal(5, 1)) as minutes_apart,
    metadata ->> 'location' as location_name,
    cast(metadata ->> 'count' as bigint) as arrival_pair_count,
from {{ ref('customer_interactions').include(database=false) }}
where interaction_type = 'same_day_checkin'
