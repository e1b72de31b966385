-- Grain: one row per transfer check-in and candidate, with what the recipient's family says.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_candidates as (
    select * from {{ ref('match_candidates') }}
),

match_families as (
    select * from {{ ref('match_families') }}
),

customer_relatives as (
    select * from {{ ref('customer_relatives') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

core_customers as (
    select * from {{ ref('core_customers') }}
),

population as (
    select cast(count(*) as double) as customers from core_customers
),

last_names as (
    select customer_names.customer_id, customer_names.last_name
    from customer_names as customer_names
    where customer_names.first_form = 'first'
        and customer_names.last_form = 'full'
),

-- Recorded relatives make a share of the purchases, spread evenly over them. The rest is made by
-- any customer, more often by one with the same last name.
weighed as (
    select
        candidates.checkin_id,
        candidates.customer_id,
        relatives.steps as relative_steps,
        round(
            ln(
                case
                    when relatives.relative_customer_id is not null
                        then {{ match_parameter('household_share') }}
                            * population.customers / families.relatives
                    else 0
                end
                + case
                    when families.relatives > 0 then 1 - {{ match_parameter('household_share') }}
                    else 1
                end
                * case
                    when last_names.last_name = families.last_name then families.same_name_odds
                    else families.other_name_odds
                end
            ),
            6
        ) as household_weight,
    from match_candidates as candidates
    inner join match_families as families
        on candidates.checkin_id = families.checkin_id
    cross join population
    left join customer_relatives as relatives
        on
            candidates.user_customer_id = relatives.customer_id
            and candidates.customer_id = relatives.relative_customer_id
    left join last_names
        on candidates.customer_id = last_names.customer_id
)

select * from weighed
