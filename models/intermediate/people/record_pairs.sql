-- Grain: one row per two customer records that may be one person, with what staff say of them.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

linked_records as (
    select * from {{ ref('linked_records') }}
),

full_names as (
    select * from {{ ref('full_names') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

core_relations as (
    select * from {{ ref('core_relations') }}
),

core_answers as (
    select * from {{ ref('core_answers') }}
    where answer in ('same', 'not_same')
),

same_names as (
    select
        one.customer_id as customer_id_1,
        other.customer_id as customer_id_2,
        true as is_same_last_name,
        false as is_same_birthday,
        false as is_same_email,
        false as is_same_phone,
        full_names.same_probability,
    from full_names
    inner join customer_names as one
        on
            full_names.first_name = one.first_name
            and full_names.last_name = one.last_name
    inner join customer_names as other
        on
            one.first_name = other.first_name
            and one.last_name = other.last_name
            and one.middle_names = other.middle_names
            and one.suffix = other.suffix
    where full_names.same_probability >= {{ match_parameter('same_person_floor') }}
        and one.customer_id < other.customer_id
        and one.first_form = 'first'
        and one.last_form = 'full'
        and other.first_form = 'first'
        and other.last_form = 'full'
),

-- recorded relatives of each other are two people
related as (
    select
        least(customer_id, related_customer_id) as customer_id_1,
        greatest(customer_id, related_customer_id) as customer_id_2,
    from core_relations
),

pairs as (
    select linked_records.*, cast(1 as double) as same_probability from linked_records
    union all
    select same_names.*
    from same_names
    anti join linked_records
        on
            same_names.customer_id_1 = linked_records.customer_id_1
            and same_names.customer_id_2 = linked_records.customer_id_2
    anti join related
        on
            same_names.customer_id_1 = related.customer_id_1
            and same_names.customer_id_2 = related.customer_id_2
),

asked as (
    select
        pairs.*,
        {{ question_id('records', ['pairs.customer_id_1', 'pairs.customer_id_2']) }} as question_id,
    from pairs
),

answered as (
    select
        asked.*,
        core_answers.answer,
    from asked
    left join core_answers
        on asked.question_id = core_answers.question_id
)

select * from answered
