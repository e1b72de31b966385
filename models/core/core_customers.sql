-- Grain: one row per customer record.
with customers as (
    {{ core_rows('customers', [
        'customer_id', 'email', 'phone', 'first_name', 'last_name', 'preferred_name', 'birthday',
        'birthday_problem', 'former_names', 'created_at', 'source_customer_id',
    ]) }}
)

select * from customers
