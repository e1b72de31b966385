-- Grain: one row per stated relation from one customer to another.
with relations as (
    {{ core_rows('relations', [
        'customer_id', 'related_customer_id', 'relationship', 'related_customer_first_name',
        'related_customer_last_name',
    ]) }}
)

select * from relations
