-- Purchasers found in the sample beside those that it was made from, by how the name was written.
with people as (
    select
        cast(households.customer_id as bigint) as customer_id,
        households.person_id,
    from read_csv('data/sample/truth/households.csv', all_varchar = true) as households
),

judged as (
    select
        written.dirt as name_as_written,
        case
            -- the buyer has no record, is the user, or is no person: none is right
            when written.dirt in ('ghost', 'ghost_similar', 'not_a_person', 'self')
                then if(pass_transfers.purchaser_customer_id is null, 'right', 'wrong')
            when pass_transfers.purchaser_customer_id is null then 'left_open'
            when people.person_id = written.true_purchaser_person_id then 'right'
            else 'wrong'
        end as outcome,
    from read_csv('data/sample/truth/transfers.csv', all_varchar = true) as written
    left join {{ ref('pass_transfers') }}
        on cast(written.checkin_id as bigint) = pass_transfers.checkin_id
    left join people
        on pass_transfers.purchaser_customer_id = people.customer_id
),

counted as (
    select
        judged.name_as_written,
        count(*) as transfers,
        count(*) filter (where judged.outcome = 'right') as found_right,
        count(*) filter (where judged.outcome = 'left_open') as left_open,
        count(*) filter (where judged.outcome = 'wrong') as wrong,
    from judged
    group by judged.name_as_written
),

with_total as (
    select * from counted
    union all
    select
        'all',
        sum(counted.transfers),
        sum(counted.found_right),
        sum(counted.left_open),
        sum(counted.wrong),
    from counted
)

select * from with_total
order by transfers desc, name_as_written
