-- Grain: one row per file, optional column and reason why values that were given are not used.
with unreadable as (
    {% for export in core_exports() if typed_columns(export.export_name) %}
    {{ unreadable_values_of(
        export.export_name, ref(export.staging),
        export_name_of(export, source_system_of(export.system))
    ) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

read as (
    {% for export in core_exports() if typed_columns(export.export_name) %}
    {{ values_read_of(
        export.export_name, ref(export.staging),
        export_name_of(export, source_system_of(export.system))
    ) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
