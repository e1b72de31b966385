-- Grain: one row per person on a membership.
with people as (
    {{ core_rows('membership_people', [
        'member_id', 'membership_type_id', 'customer_id', 'member_first_name', 'member_last_name',
        'membership_name', 'size', 'status', 'start_date', 'end_date',
    ]) }}
)

select * from people
