-- The core job in plain DuckDB SQL, as one would write it by hand. $folder is replaced.
create table checkins as
select *, cast(checkin_datetime as date) as day, epoch(checkin_datetime)::bigint as seconds
from read_csv('$folder/checkins.csv', header = true);

create table names as
select lower(full_name) as name_key, min(customer_id) as purchaser_id
from read_csv('$folder/customers.csv', header = true, quote = '"')
group by all
having count(*) = 1;

create table transfers as
with parsed as (
    select
        checkin_id, checkin_datetime, day, entry_method, customer_id as user_id,
        regexp_extract(
            description, '^(.*) from (.+?)(?: \(([0-9]+) remaining\))?$',
            ['pass_type', 'purchaser_name', 'remaining']
        ) as text
    from checkins
    where entry_method in ('ENT', 'GUE') and description like '% from %'
)
select
    checkin_id, checkin_datetime, day, entry_method, user_id, text.pass_type as pass_type,
    text.purchaser_name as purchaser_name, try_cast(text.remaining as integer) as remaining,
    purchaser_id
from parsed
left join names on lower(text.purchaser_name) = name_key and purchaser_id != user_id;

create table interactions as
select
    one.day, 'same_day_checkin' as type, one.customer_id as id_1, other.customer_id as id_2,
    count(*) as times, min(abs(one.seconds - other.seconds)) as apart
from checkins as one
join checkins as other
    on one.day = other.day and one.location_id = other.location_id
    and one.customer_id < other.customer_id and abs(one.seconds - other.seconds) <= 1800
group by all
union all
select day, kind, least(user_id, purchaser_id), greatest(user_id, purchaser_id), count(*), null
from transfers, (values ('shared_pass'), ('frequent_guest')) as kinds (kind)
where purchaser_id is not null and (kind = 'shared_pass' or entry_method = 'GUE')
group by all
union all
select one.day, 'same_purchase_group', one.user_id, other.user_id, count(*), null
from transfers as one
join transfers as other
    on one.day = other.day and one.purchaser_id = other.purchaser_id
    and one.pass_type = other.pass_type and one.user_id < other.user_id
group by all;

create table connections as
select
    id_1, id_2, sum(n)::bigint as interaction_count, min(first_day) as first_day,
    max(last_day) as last_day, string_agg(type, ',' order by type) as types,
    case when sum(n) >= 10 then 5 when sum(n) >= 5 then 4 when sum(n) >= 3 then 3
        else sum(n)::integer end as strength
from (
    select id_1, id_2, type, count(*) as n, min(day) as first_day, max(day) as last_day
    from interactions group by all
)
group by all;

create table events as
select customer_id, checkin_datetime, 'checkin' as type, checkin_id from checkins
union all
select purchaser_id, checkin_datetime, 'shared_pass', checkin_id from transfers
where purchaser_id is not null
union all
select user_id, checkin_datetime, 'received_shared_pass', checkin_id from transfers
where purchaser_id is not null;

copy (select * exclude (checkin_datetime) from transfers order by checkin_id)
to '$folder/duckdb/transfers.csv';
copy (from interactions order by day, type, id_1, id_2) to '$folder/duckdb/interactions.csv';
copy (from connections order by id_1, id_2) to '$folder/duckdb/connections.csv';
copy (from events order by customer_id, checkin_datetime, type, checkin_id)
to '$folder/duckdb/events.csv';
