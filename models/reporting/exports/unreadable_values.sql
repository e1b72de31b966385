-- Grain: one row per file, optional column and reason why values that were given are not used.
with unreadable as (
    {{ unreadable_values_of('capitan/checkins', ref('stg_capitan__checkins')) }}
    union all
    {{ unreadable_values_of('capitan/customers', ref('stg_capitan__customers')) }}
    union all
    {{ unreadable_values_of('capitan/members', ref('stg_capitan__membership_people')) }}
    union all
    {{ unreadable_values_of('capitan/memberships', ref('stg_capitan__memberships')) }}
    union all
    {{ unreadable_values_of('capitan/relations', ref('stg_capitan__relations')) }}
    union all
    {{ unreadable_values_of(
        'transactions/combined_transaction_data', ref('stg_transactions__payments')
    ) }}
),

read as (
    {{ values_read_of('capitan/checkins', ref('stg_capitan__checkins')) }}
    union all
    {{ values_read_of('capitan/customers', ref('stg_capitan__customers')) }}
    union all
    {{ values_read_of('capitan/members', ref('stg_capitan__membership_people')) }}
    union all
    {{ values_read_of('capitan/memberships', ref('stg_capitan__memberships')) }}
    union all
    {{ values_read_of('capitan/relations', ref('stg_capitan__relations')) }}
    union all
    {{ values_read_of(
        'transactions/combined_transaction_data', ref('stg_transactions__payments')
    ) }}
),

shapes as (
    select
        export_name,
        source_file,
        column_name,
        reason,
        {{ shape_of('given') }} as shape,
        count(*) as shape_count,
        sum(count(*)) over (partition by export_name, column_name) as column_count,
    from unreadable
    group by export_name, source_file, column_name, reason, shape
),

counted as (
    select
        shapes.export_name,
        shapes.source_file,
        shapes.column_name,
        shapes.reason,
        cast(sum(shapes.shape_count) as bigint) as unreadable_count,
        cast(any_value(read.read_count + shapes.column_count) as bigint) as given_count,
        array_to_string(
            list(shapes.shape order by shapes.shape_count desc, shapes.shape)[:3], ' and '
        ) as examples,
    from shapes
    inner join read
        on shapes.export_name = read.export_name and shapes.column_name = read.column_name
    group by shapes.export_name, shapes.source_file, shapes.column_name, shapes.reason
)

select * from counted
order by export_name, source_file, column_name, reason
