{{
    config(
        materialized='incremental',
        incremental_strategy='replace_changed_dates',
        on_schema_change='fail',
        pre_hook='{{ forget_interaction_dates() }}',
        post_hook='{{ remember_interaction_dates() }}',
    )
}}
-- Grain: one row per interaction_date, interaction_type and pair of customers.
-- depends_on: {{ ref('interaction_dates_changed') }}
-- depends_on: {{ ref('interaction_dates_fingerprinted') }}
-- Reload: the dates whose facts or rules differ from those at the last build, of any age; a date
-- that vanished from the exports is removed. Always equal to a full refresh.
-- Blind spot: rows that somebody edits in this table by hand stay until their date changes.
with interactions_unioned as (
    select * from {{ ref('interactions_unioned') }}
),

identified as (
    select
        -- other systems hold rows under these ids: the text that is hashed must not change
        left(
            md5(
                concat_ws('-', customer_id_1, customer_id_2, interaction_date, interaction_type)
            ),
            16
        ) as interaction_id,
        interaction_date,
        interaction_type,
        customer_id_1,
        customer_id_2,
        cast(metadata as varchar) as metadata,
    from interactions_unioned
)

select * from identified
order by interaction_date, interaction_type, customer_id_1, customer_id_2
