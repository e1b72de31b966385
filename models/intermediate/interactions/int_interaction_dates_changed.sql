-- Grain: one row per date whose interactions are not, or no longer, those in the table.
with int_interaction_dates_fingerprinted as (
    select * from {{ ref('int_interaction_dates_fingerprinted') }}
),

interaction_dates_built as (
    select * from {{ source('build_state', 'interaction_dates_built') }}
),

changed as (
    select
        coalesce(
            int_interaction_dates_fingerprinted.interaction_date,
            interaction_dates_built.interaction_date
        ) as interaction_date,
        case
            when interaction_dates_built.interaction_date is null then 'new'
            when int_interaction_dates_fingerprinted.interaction_date is null then 'vanished'
            else 'changed'
        end as change,
    from int_interaction_dates_fingerprinted
    full join interaction_dates_built
        on
            int_interaction_dates_fingerprinted.interaction_date
            = interaction_dates_built.interaction_date
    where
        int_interaction_dates_fingerprinted.fingerprint
        is distinct from interaction_dates_built.fingerprint
)

select * from changed
