-- Grain: one row per purchaser group and candidate, with the evidence of all its check-ins.
-- Long: the evidence of all check-ins of a group is pooled in one place.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_candidates as (
    select * from {{ ref('match_candidates') }}
),

match_visit_weights as (
    select * from {{ ref('match_visit_weights') }}
),

match_household_weights as (
    select * from {{ ref('match_household_weights') }}
),

match_record_weights as (
    select * from {{ ref('match_record_weights') }}
),

match_payment_weights as (
    select * from {{ ref('match_payment_weights') }}
),

weights as (
    select
        candidates.purchaser_group_id,
        candidates.customer_id,
        candidates.first_name_agreement,
        candidates.last_name_agreement,
        candidates.name_weight,
        candidate_checkins.same_day_weight,
        candidate_families.household_weight,
        -- One fact, one weight: a host's member check-in has already said that the host is a
        -- member, and a visit that day that the candidate is active.
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
    from match_candidates as candidates
    inner join match_visit_weights as candidate_checkins
        on
            candidates.checkin_id = candidate_checkins.checkin_id
            and candidates.customer_id = candidate_checkins.customer_id
    inner join match_household_weights as candidate_families
        on
            candidates.checkin_id = candidate_families.checkin_id
            and candidates.customer_id = candidate_families.customer_id
    inner join match_record_weights as candidate_records
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
        arg_max(
            weights.first_name_agreement, (weights.name_weight, weights.first_name_agreement)
        ) as first_name_agreement,
        arg_max(
            weights.last_name_agreement, (weights.name_weight, weights.first_name_agreement)
        ) as last_name_agreement,
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
        pooled.first_name_agreement,
        pooled.last_name_agreement,
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
    left join match_payment_weights as candidate_payments
        on
            pooled.purchaser_group_id = candidate_payments.purchaser_group_id
            and pooled.customer_id = candidate_payments.customer_id
)

select * from evidence
