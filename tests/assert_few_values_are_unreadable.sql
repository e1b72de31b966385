-- A column of which many values cannot be read has changed its form: what is built without it looks
-- right and is not. Birthdays are left out, since whose birthday cannot be read is of unknown age
-- and not named; so is what is written on purpose, for nothing or for a distant day.
with unreadable_values as (
    select * from {{ ref('unreadable_values') }}
),

columns_counted as (
    select
        export_name,
        column_name,
        sum(unreadable_count) as unreadable_count,
        any_value(given_count) as given_count,
        arg_max(reason || ', such as ' || examples, unreadable_count) as what,
    from unreadable_values
    where column_name not in ('birthday', 'customer_birthday')
        and reason != 'stands for nothing'
        and reason not like '% years ahead'
    group by export_name, column_name
)

select
    format(
        '{}: {} of {} values in the column {} are not used: {}',
        export_name, unreadable_count, given_count, column_name, what
    ) as sentence,
from columns_counted
where unreadable_count > {{ var('few_faults') }}
    and unreadable_count > {{ var('max_rejected_share') }} * given_count
