-- Grain: one row per date and pair who used passes of one purchase, for the dates to recompute.
with pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

interaction_dates_changed as (
    select * from {{ ref('interaction_dates_changed') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

uses as (
    select
        transfers.checkin_date as interaction_date,
        transfers.purchaser_customer_id,
        transfers.user_customer_id,
        transfers.pass_type,
        transfers.linked_paid_date,
        coalesce(min(person_records.person_id), transfers.user_customer_id) as user_person_id,
        min(transfers.purchaser_name) as purchaser_name,
    from pass_transfers_matched as transfers
    inner join interaction_dates_changed
        on transfers.checkin_date = interaction_dates_changed.interaction_date
    left join person_records
        on transfers.user_customer_id = person_records.customer_id
    where transfers.purchaser_customer_id is not null
    group by
        transfers.checkin_date,
        transfers.purchaser_customer_id,
        transfers.user_customer_id,
        transfers.pass_type,
        transfers.linked_paid_date
),

-- A payment says what was bought together, over several pass types too. Without one, passes of one
-- type that one purchaser's people use on one day are taken for one purchase.
sized as (
    select
        *,
        count(distinct user_person_id) over (
            partition by interaction_date, purchaser_customer_id, linked_paid_date
        ) as purchase_size,
        count(distinct user_person_id) over (
            partition by interaction_date, purchaser_customer_id, pass_type
        ) as same_day_size,
    from uses
),

shared_purchases as (
    select
        one.interaction_date,
        one.user_customer_id as customer_id_1,
        other.user_customer_id as customer_id_2,
        one.purchaser_customer_id,
        least(one.purchaser_name, other.purchaser_name) as purchaser_name,
        list_aggregate(
            list_sort(list_distinct([one.pass_type, other.pass_type])), 'string_agg', ', '
        ) as pass_type,
        case when one.linked_paid_date = other.linked_paid_date then 'purchase' else 'same_day' end
            as group_rule,
        case
            when one.linked_paid_date = other.linked_paid_date then one.purchase_size
            else one.same_day_size
        end as group_size,
    from sized as one
    inner join sized as other
        on
            one.interaction_date = other.interaction_date
            and one.purchaser_customer_id = other.purchaser_customer_id
            and one.user_customer_id < other.user_customer_id
            -- one person is no group
            and one.user_person_id != other.user_person_id
            and case
                when one.linked_paid_date is not null and other.linked_paid_date is not null
                    then one.linked_paid_date = other.linked_paid_date
                else one.pass_type = other.pass_type
            end
),

pairs as (
    select
        *,
        count(*) over (partition by interaction_date, customer_id_1, customer_id_2)
            as repeat_count,
    from shared_purchases
    -- of several purchases a known payment goes first, then the larger group
    qualify
        row_number() over (
            partition by interaction_date, customer_id_1, customer_id_2
            order by group_rule, group_size desc, purchaser_customer_id, pass_type, purchaser_name
        ) = 1
)

select * from pairs
