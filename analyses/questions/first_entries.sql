-- How do people come in for the first time, and how many of them come on another day?
with newcomers as (
    select
        entry_kind,
        pass_owner,
        max(visit_number) over (partition by customer_id) as visits,
    from {{ ref('checkins') }}
    qualify row_number() over (partition by customer_id order by checkin_datetime, checkin_id) = 1
)

select
    entry_kind,
    pass_owner,
    count(*) as newcomers,
    count(*) filter (where visits > 1) as came_again,
    round(100 * avg(cast(visits > 1 as integer)), 1) as percent,
from newcomers
group by entry_kind, pass_owner
order by newcomers desc, entry_kind, pass_owner
