-- Grain: one row per customer and relative, at most two steps apart, listed both ways.
with core_relations as (
    select * from {{ ref('core_relations') }}
),

membership_members as (
    select * from {{ ref('membership_members') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

recorded as (
    select
        relations.customer_id,
        relations.related_customer_id as relative_customer_id,
    from core_relations as relations
    union all
    select
        relations.related_customer_id,
        relations.customer_id,
    from core_relations as relations
    union all
    select
        members.customer_id,
        others.customer_id,
    from membership_members as members
    inner join membership_members as others
        on members.membership_instance_id = others.membership_instance_id
    where members.size in ('duo', 'family')
),

close_relatives as (
    select distinct recorded.customer_id, recorded.relative_customer_id
    from recorded
    anti join placeholder_records as placeholders
        on recorded.customer_id = placeholders.customer_id
    anti join placeholder_records as other_placeholders
        on recorded.relative_customer_id = other_placeholders.customer_id
    where recorded.customer_id <> recorded.relative_customer_id
),

steps as (
    select
        close_relatives.customer_id,
        close_relatives.relative_customer_id,
        1 as steps,
    from close_relatives
    union all
    select
        close_relatives.customer_id,
        further.relative_customer_id,
        2,
    from close_relatives
    inner join close_relatives as further
        on close_relatives.relative_customer_id = further.customer_id
    where close_relatives.customer_id <> further.relative_customer_id
),

closest as (
    select
        steps.customer_id,
        steps.relative_customer_id,
        min(steps.steps) as steps,
    from steps
    group by steps.customer_id, steps.relative_customer_id
)

select * from closest
