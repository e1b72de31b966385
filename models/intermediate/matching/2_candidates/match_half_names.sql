-- Grain: one row per written name, customer around its check-ins and reading that half agrees.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

core_checkins as (
    select * from {{ ref('core_checkins') }}
),

customer_relatives as (
    select * from {{ ref('customer_relatives') }}
),

match_payment_options as (
    select * from {{ ref('match_payment_options') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

match_word_weights as (
    select * from {{ ref('match_word_weights') }}
),

first_levels as (
    select word_levels.*
    from match_word_weights as word_levels
    where word_levels.name_field = 'first'
),

last_levels as (
    select word_levels.*
    from match_word_weights as word_levels
    where word_levels.name_field = 'last'
),

-- Customers around the check-in, whatever their names: a changed name is found in no other way.
people_around as materialized (
    select
        events.written_name,
        checkins.customer_id,
    from match_groups as events
    inner join core_checkins as checkins
        on
            events.checkin_date = cast(checkins.checkin_datetime as date)
            and events.location_id = checkins.location_id
    where events.user_customer_id <> checkins.customer_id
    union
    select
        events.written_name,
        relatives.relative_customer_id,
    from match_groups as events
    inner join customer_relatives as relatives
        on events.user_customer_id = relatives.customer_id
    union
    select
        events.written_name,
        payments.owner_customer_id,
    from match_groups as events
    inner join (
        select checkin_id, unnest(owner_customer_ids) as owner_customer_id
        from match_payment_options
    ) as payments
        on events.checkin_id = payments.checkin_id
),

one_part as (
    select
        purchaser_names.written_name,
        purchaser_names.reading,
        purchaser_names.middle_names as written_middle,
        purchaser_names.suffix as written_suffix,
        customer_names.customer_id,
        customer_names.middle_names as known_middle,
        customer_names.suffix as known_suffix,
        customer_names.first_form,
        coalesce(first_levels.level, 'mismatch') as first_name_agreement,
        coalesce(last_levels.level, 'mismatch') as last_name_agreement,
        coalesce(
            first_levels.weight,
            ln({{ match_parameter('first_mismatch_m') }} / {{ match_parameter('mismatch_u') }})
        ) as first_weight,
        coalesce(
            last_levels.weight,
            ln({{ match_parameter('last_mismatch_m') }} / {{ match_parameter('mismatch_u') }})
        ) as last_weight,
    from people_around
    inner join match_name_readings as purchaser_names
        on people_around.written_name = purchaser_names.written_name
    inner join customer_names as customer_names
        on people_around.customer_id = customer_names.customer_id
    left join first_levels
        on
            purchaser_names.first_name = first_levels.written_word
            and customer_names.first_name = first_levels.known_word
    left join last_levels
        on
            purchaser_names.last_name = last_levels.written_word
            and customer_names.last_name = last_levels.known_word
    where (first_levels.level is null) <> (last_levels.level is null)
        and coalesce(first_levels.level, last_levels.level) in ('exact', 'nickname', 'near')
        and customer_names.last_form = 'full'
        and purchaser_names.reading in ('plain', 'long_last', 'nickname')
)

select * from one_part
