-- Why a pass was or was not put down to a customer: the waterfall of one check-in.
--   dbt show --select explain_match --vars '{checkin_id: 20405543}'
-- One row per candidate and one for nobody in the table, most probable first. From `starts_at` to
-- `total` the weights add up (natural logs); a difference of 1 between two totals is odds of 2.7.
with int_purchaser_events as (
    select * from {{ ref('int_purchaser_events') }}
),

int_purchaser_posteriors as (
    select * from {{ ref('int_purchaser_posteriors') }}
),

int_purchasers_matched as (
    select * from {{ ref('int_purchasers_matched') }}
),

stg_capitan__customers as (
    select * from {{ ref('stg_capitan__customers') }}
),

asked as (
    select
        events.checkin_id,
        events.purchaser_group_id,
        events.written_name,
        matched.purchaser_customer_id,
        matched.match_method,
        matched.linked_transaction_id,
    from int_purchaser_events as events
    inner join int_purchasers_matched as matched
        on events.checkin_id = matched.checkin_id
    where events.checkin_id = {{ var('checkin_id', 0) }}
),

candidates as (
    select
        asked.written_name,
        case
            when posteriors.customer_id = asked.purchaser_customer_id then asked.match_method
            when asked.purchaser_customer_id is null then asked.match_method
            else 'not chosen'
        end as decision,
        posteriors.customer_id,
        concat_ws(' ', customers.first_name, customers.last_name) as candidate,
        posteriors.first_level,
        posteriors.last_level,
        100 * posteriors.person_posterior as percent,
        posteriors.prior_weight as starts_at,
        posteriors.name_weight,
        posteriors.same_day_weight,
        posteriors.household_weight,
        posteriors.member_weight,
        posteriors.activity_weight,
        posteriors.record_weight,
        posteriors.transaction_weight,
        posteriors.total_weight as total,
        asked.linked_transaction_id,
    from asked
    inner join int_purchaser_posteriors as posteriors
        on asked.purchaser_group_id = posteriors.purchaser_group_id
    inner join stg_capitan__customers as customers
        on posteriors.customer_id = customers.customer_id
),

nobody as (
    select distinct
        asked.written_name,
        asked.match_method as decision,
        cast(null as bigint) as customer_id,
        'nobody in the table' as candidate,
        cast(null as varchar) as first_level,
        cast(null as varchar) as last_level,
        100 * coalesce(posteriors.absent_posterior, 1) as percent,
        posteriors.absent_weight as starts_at,
        0 as name_weight,
        0 as same_day_weight,
        0 as household_weight,
        0 as member_weight,
        0 as activity_weight,
        0 as record_weight,
        0 as transaction_weight,
        posteriors.absent_weight as total,
        asked.linked_transaction_id,
    from asked
    left join int_purchaser_posteriors as posteriors
        on asked.purchaser_group_id = posteriors.purchaser_group_id
),

explained as (
    select * from candidates
    union all
    select * from nobody
)

select * from explained
order by percent desc, customer_id
