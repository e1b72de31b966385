-- Grain: one row per date whose interactions in the table are missing or out of date.
with interaction_dates_fingerprinted as (
    select * from {{ ref('interaction_dates_fingerprinted') }}
),

interaction_dates_built as (
    select * from {{ source('build_state', 'interaction_dates_built') }}
),

changed as (
    select
        coalesce(
            interaction_dates_fingerprinted.interaction_date,
            interaction_dates_built.interaction_date
        ) as interaction_date,
        case
            when interaction_dates_built.interaction_date is null then 'new'
            when interaction_dates_fingerprinted.interaction_date is null then 'vanished'
            else 'changed'
        end as change,
    from interaction_dates_fingerprinted
    full join interaction_dates_built
        on
            interaction_dates_fingerprinted.interaction_date
            = interaction_dates_built.interaction_date
    where
        interaction_dates_fingerprinted.fingerprint
        is distinct from interaction_dates_built.fingerprint
)

select * from changed
