-- Grain: one row per membership instance.
with memberships as (
    {{ core_rows('memberships', [
        'membership_id', 'membership_type_id', 'owner_customer_id', 'membership_name', 'size',
        'status', 'membership_owner_age', 'start_date', 'end_date',
    ]) }}
)

select * from memberships
