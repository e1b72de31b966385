-- How large are the groups that come on one person's passes on one day?
with purchase_groups as (
    select
        purchaser_customer_id,
        cast(checkin_datetime as date) as checkin_date,
        count(distinct user_customer_id) as guests,
        bool_or(is_youth_pass) as has_youth,
    from {{ ref('pass_transfers') }}
    where purchaser_customer_id is not null
    group by purchaser_customer_id, cast(checkin_datetime as date)
)

select
    guests,
    count(*) as times,
    count(distinct purchaser_customer_id) as buyers,
    count(*) filter (where has_youth) as with_youth_passes,
from purchase_groups
group by guests
order by guests
