-- Grain: one row per two customer records that birthday, e-mail or telephone show to be one person.
with customer_records as (
    select * from {{ ref('customer_records') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

nicknames as (
    select * from {{ ref('nicknames') }}
),

core_relations as (
    select * from {{ ref('core_relations') }}
),

related_names as (
    select nicknames.given_name as first_name_1, nicknames.nickname as first_name_2 from nicknames
    union
    select nicknames.nickname, nicknames.given_name from nicknames
),

people as (
    select
        customer_names.customer_id,
        customer_names.first_name,
        customer_names.last_name,
        customer_names.suffix,
        records.birthday,
        records.email,
        records.phone,
    from customer_names as customer_names
    inner join customer_records as records
        on customer_names.customer_id = records.customer_id
),

pairs as (
    select
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
        one.first_name as first_name_1,
        other.first_name as first_name_2,
        one.last_name = other.last_name as is_same_last_name,
        one.birthday,
        other.birthday as other_birthday,
        one.email = other.email as is_same_email,
        one.phone = other.phone as is_same_phone,
    from people as one
    inner join people as other
        on
            one.last_name = other.last_name
            and one.birthday = other.birthday
    where one.customer_id < other.customer_id
    union all
    select
        one.customer_id,
        other.customer_id,
        one.first_name,
        other.first_name,
        one.last_name = other.last_name,
        one.birthday,
        other.birthday,
        true,
        one.phone = other.phone,
    from people as one
    inner join people as other
        on
            one.email = other.email
            -- father and son
            and one.suffix = other.suffix
    where one.customer_id < other.customer_id
    union all
    select
        one.customer_id,
        other.customer_id,
        one.first_name,
        other.first_name,
        one.last_name = other.last_name,
        one.birthday,
        other.birthday,
        one.email = other.email,
        true,
    from people as one
    inner join people as other
        on
            one.phone = other.phone
            and one.first_name = other.first_name
            and one.suffix = other.suffix
    where one.customer_id < other.customer_id
),

-- One person: the first names agree, no two birthdays contradict, and either the last name agrees
-- beside birthday, e-mail or phone, or the birthday and an address agree.
same_people as (
    select
        pairs.customer_id_1,
        pairs.customer_id_2,
        bool_or(pairs.is_same_last_name) as is_same_last_name,
        bool_or(coalesce(pairs.birthday = pairs.other_birthday, false)) as is_same_birthday,
        bool_or(coalesce(pairs.is_same_email, false)) as is_same_email,
        bool_or(coalesce(pairs.is_same_phone, false)) as is_same_phone,
    from pairs
    left join related_names
        on
            pairs.first_name_1 = related_names.first_name_1
            and pairs.first_name_2 = related_names.first_name_2
    where (pairs.first_name_1 = pairs.first_name_2 or related_names.first_name_1 is not null)
        and coalesce(pairs.birthday = pairs.other_birthday, true)
        and (
            pairs.is_same_last_name
            or pairs.birthday = pairs.other_birthday
        )
    group by pairs.customer_id_1, pairs.customer_id_2
),

-- recorded relatives of each other are two people
related as (
    select
        least(customer_id, related_customer_id) as customer_id_1,
        greatest(customer_id, related_customer_id) as customer_id_2,
    from core_relations
)

select same_people.*
from same_people
anti join related
    on
        same_people.customer_id_1 = related.customer_id_1
        and same_people.customer_id_2 = related.customer_id_2
