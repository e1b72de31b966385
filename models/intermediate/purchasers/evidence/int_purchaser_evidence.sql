-- Grain: one row per purchaser group and candidate, with the evidence of all its check-ins.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

int_purchaser_candidates as (
    select * from {{ ref('int_purchaser_candidates') }}
),

int_candidate_checkins as (
    select * from {{ ref('int_candidate_checkins') }}
),

int_candidate_families as (
    select * from {{ ref('int_candidate_families') }}
),

int_candidate_records as (
    select * from {{ ref('int_candidate_records') }}
),

int_candidate_payments as (
    select * from {{ ref('int_candidate_payments') }}
),

weights as (
    select
        candidates.purchaser_group_id,
        candidates.customer_id,
        candidates.first_level,
        candidates.last_level,
        candidates.name_weight,
        candidate_checkins.same_day_weight,
        candidate_families.household_weight,
        -- One fact, one weight: a host's member check-in has said that he is a member, and any
        -- visit that day that he is active.
        case
            when candidates.pass_kind = 'guest'
                and candidate_checkins.visit_level not in ('party', 'product')
                then candidate_records.member_weight
            else 0
        end as member_weight,
        case
            when candidate_checkins.visit_level = 'none' then candidate_records.activity_weight
            else 0
        end as activity_weight,
        candidate_records.record_weight,
        candidate_checkins.visit_level,
        candidates.checkin_date,
    from int_purchaser_candidates as candidates
    inner join int_candidate_checkins as candidate_checkins
        on
            candidates.checkin_id = candidate_checkins.checkin_id
            and candidates.customer_id = candidate_checkins.customer_id
    inner join int_candidate_families as candidate_families
        on
            candidates.checkin_id = candidate_families.checkin_id
            and candidates.customer_id = candidate_families.customer_id
    inner join int_candidate_records as candidate_records
        on
            candidates.checkin_id = candidate_records.checkin_id
            and candidates.customer_id = candidate_records.customer_id
),

days as (
    select
        weights.purchaser_group_id,
        weights.customer_id,
        weights.checkin_date,
        cast(max(weights.same_day_weight) as decimal(18, 6)) as same_day_weight,
    from weights
    group by weights.purchaser_group_id, weights.customer_id, weights.checkin_date
),

-- Visits on several days add up. Days without one say the same again and again (a parent who
-- does not climb), so what they say together has a floor.
visits as (
    select
        days.purchaser_group_id,
        days.customer_id,
        cast(sum(greatest(days.same_day_weight, 0)) as double)
        + greatest(
            cast(sum(least(days.same_day_weight, 0)) as double),
            {{ match_parameter('absence_floor') }}
        ) as same_day_weight,
    from days
    group by days.purchaser_group_id, days.customer_id
),

-- Everything else is one fact about one person, however many check-ins show it.
pooled as (
    select
        weights.purchaser_group_id,
        weights.customer_id,
        arg_max(weights.first_level, (weights.name_weight, weights.first_level)) as first_level,
        arg_max(weights.last_level, (weights.name_weight, weights.first_level)) as last_level,
        max(weights.name_weight) as name_weight,
        max(weights.household_weight) as household_weight,
        case
            when bool_or(weights.visit_level in ('party', 'product')) then 0
            else max(weights.member_weight)
        end as member_weight,
        case
            when bool_or(weights.visit_level <> 'none') then 0
            else max(weights.activity_weight)
        end as activity_weight,
        min(weights.record_weight) as record_weight,
    from weights
    group by weights.purchaser_group_id, weights.customer_id
),

evidence as (
    select
        pooled.purchaser_group_id,
        pooled.customer_id,
        pooled.first_level,
        pooled.last_level,
        pooled.name_weight,
        visits.same_day_weight,
        pooled.household_weight,
        pooled.member_weight,
        pooled.activity_weight,
        pooled.record_weight,
        coalesce(candidate_payments.transaction_weight, 0) as transaction_weight,
        coalesce(candidate_payments.is_email_owner, false) as is_email_owner,
    from pooled
    inner join visits
        on
            pooled.purchaser_group_id = visits.purchaser_group_id
            and pooled.customer_id = visits.customer_id
    left join int_candidate_payments as candidate_payments
        on
            pooled.purchaser_group_id = candidate_payments.purchaser_group_id
            and pooled.customer_id = candidate_payments.customer_id
)

select * from evidence
