-- Grain: one row per person whose first visit was as a guest, on a pass or free.
with guests as (
    select * from {{ ref('guests') }}
),

journeys as (
    select
        customer_id,
        entry_kind,
        host_customer_id,
        host_confidence,
        party_size,
        season,
        visits_after_first,
        is_child,
        first_visit_date,
        second_visit_date,
        own_pass_date,
        membership_date,
        days_to_second_visit,
        days_to_own_pass,
        days_to_membership,
        observed_days,
    from guests
)

select * from journeys
order by customer_id
