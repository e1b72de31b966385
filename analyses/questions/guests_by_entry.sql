-- How do newcomers come, and what becomes of them?
-- Only those who were seen for 90 days or longer: a guest of last week has had no time.
select
    entry_kind,
    count(*) as guests,
    count(*) filter (where is_child) as children,
    count(host_customer_id) as with_a_known_host,
    count(*) filter (where days_to_second_visit <= 90) as came_again,
    cast(median(days_to_second_visit) filter (where days_to_second_visit <= 90) as integer)
        as median_days_until_then,
    count(*) filter (where days_to_own_pass <= 90) as bought_a_later_pass,
    count(*) filter (where days_to_membership <= 90) as joined,
from {{ ref('guest_journeys') }}
where observed_days >= 90
group by entry_kind
order by guests desc, entry_kind
