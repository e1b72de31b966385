-- Grain: one row per column of an export that holds codes.
with checkins as (
    select * from {{ ref('core_checkins') }}
),

members as (
    select * from {{ ref('core_membership_people') }}
),

memberships as (
    select * from {{ ref('core_memberships') }}
),

relations as (
    select * from {{ ref('core_relations') }}
),

payments as (
    select * from {{ ref('core_payments') }}
),

codes as (
    select
        'capitan/checkins' as export_name,
        'entry_method' as column_name,
        entry_kind as code,
    from checkins
    union all
    select 'capitan/members', unnest(['size', 'status']), unnest([size, status])
    from members
    union all
    select 'capitan/memberships', unnest(['size', 'status']), unnest([size, status])
    from memberships
    union all
    select 'capitan/relations', 'relationship', relationship
    from relations
    union all
    select
        'transactions/combined_transaction_data', unnest(['status', 'payment_intent_status']),
        unnest([status, payment_intent_status])
    from payments
),

unknown_codes as (
    select
        export_name,
        column_name,
        count(*) filter (where code = 'other') as unknown_count,
        count(*) as row_count,
    from codes
    group by export_name, column_name
)

select * from unknown_codes
