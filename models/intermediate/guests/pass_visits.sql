-- Grain: one row per check-in of a person on an entry pass or a guest pass.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
    where entry_kind in ('entry_pass', 'guest_pass')
),

person_records as (
    select * from {{ ref('person_records') }}
),

placeholder_records as (
    select * from {{ ref('placeholder_records') }}
),

pass_transfers_matched as (
    select * from {{ ref('pass_transfers_matched') }}
),

visits as (
    select
        checkins.checkin_id,
        coalesce(visitor.person_id, checkins.customer_id) as person_id,
        checkins.checkin_date,
        coalesce(
            transfers.match_method = 'own_pass',
            checkins.entry_kind = 'entry_pass' and transfers.checkin_id is null
        ) as is_own_pass,
        coalesce(host.person_id, transfers.purchaser_customer_id) as host_person_id,
        transfers.match_confidence,
        if(transfers.match_method = 'placeholder', null, transfers.purchaser_name)
            as purchaser_name,
    from core_checkins as checkins
    anti join placeholder_records
        on checkins.customer_id = placeholder_records.customer_id
    left join pass_transfers_matched as transfers
        on checkins.checkin_id = transfers.checkin_id
    left join person_records as visitor
        on checkins.customer_id = visitor.customer_id
    left join person_records as host
        on transfers.purchaser_customer_id = host.customer_id
),

-- whose pass it is: the person's own, the host's, or that of a buyer known by name only
parties as (
    select
        *,
        case
            when is_own_pass then 'person ' || person_id
            when host_person_id is not null then 'person ' || host_person_id
            else coalesce('name ' || lower(purchaser_name), 'check-in ' || checkin_id)
        end as party,
    from visits
)

select
    checkin_id,
    person_id,
    host_person_id,
    case
        when host_person_id is not null then cast(match_confidence / 100 as decimal(3, 2))
    end as host_confidence,
    count(distinct person_id) over (partition by checkin_date, party) as party_size,
    is_own_pass,
    checkin_date,
from parties
