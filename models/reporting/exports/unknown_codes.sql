-- Grain: one row per column of an export that holds codes.
{%- set columns = {
    'checkins': {'entry_kind': 'entry_method'}, 'membership_people': {'size': 'size', 'status': 'status'},
    'memberships': {'size': 'size', 'status': 'status'}, 'relations': {'relationship': 'relationship'},
    'payments': {'status': 'status', 'payment_intent_status': 'payment_intent_status'}
} %}
with codes as (
    {% for export in core_exports() if export.core_table in columns %}
    {%- set names = columns[export.core_table] %}
    select
        {{ export_name_of(export, 'source_system') }} as export_name,
        unnest({{ names.values() | list }}) as column_name,
        unnest([{{ names.keys() | join(', ') }}]) as code,
    from {{ ref('core_' ~ export.core_table) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
