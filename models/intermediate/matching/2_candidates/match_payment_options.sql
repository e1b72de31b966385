-- Grain: one row per transfer check-in and payment that its purchaser, as shown, may have made.
-- Long: three spellings of a payer, united before they are weighed.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

match_groups as (
    select * from {{ ref('match_groups') }}
),

match_payments as (
    select * from {{ ref('match_payments') }}
),

match_name_readings as (
    select * from {{ ref('match_name_readings') }}
),

match_word_weights as (
    select * from {{ ref('match_word_weights') }}
),

-- What the pass shows and what the payment says are two spellings of one name.
spelled_alike as (
    select
        shown.written_name as shown_name,
        paid.written_name as payment_name,
        first_levels.weight
        + last_levels.weight
        + case
            when shown.reading = 'swapped' then ln({{ match_parameter('swapped_share') }})
            else 0
        end as name_weight,
    from match_name_readings as shown
    inner join match_word_weights as first_levels
        on
            shown.first_name = first_levels.written_word
            and first_levels.name_field = 'first'
    inner join match_name_readings as paid
        on first_levels.known_word = paid.first_name
    -- surnames tell people apart: inner, this join comes before all that share a first name
    inner join match_word_weights as last_levels
        on
            shown.last_name = last_levels.written_word
            and paid.last_name = last_levels.known_word
            and last_levels.name_field = 'last'
    where shown.is_shown
        and paid.is_on_payment
        and paid.reading in ('plain', 'long_last')
        and not (
            first_levels.level in ('far', 'initial')
            and last_levels.level in ('far', 'initial')
        )
),

-- A pass that shows one word fits everybody with such a first name.
one_word_alike as (
    select
        shown.written_name as shown_name,
        paid.written_name as payment_name,
        first_levels.weight + {{ match_parameter('missing_weight') }} as name_weight,
    from match_name_readings as shown
    inner join match_word_weights as first_levels
        on
            shown.first_name = first_levels.written_word
            and first_levels.name_field = 'first'
    inner join match_name_readings as paid
        on first_levels.known_word = paid.first_name
    where shown.is_shown
        and shown.reading = 'one_word'
        and paid.is_on_payment
        and paid.reading in ('plain', 'long_last')
        and first_levels.level not in ('far', 'initial')
),

joined_alike as (
    select
        shown.written_name as shown_name,
        paid.written_name as payment_name,
        first_levels.weight + last_levels.weight + ln({{ match_parameter('joined_share') }})
            as name_weight,
    from match_name_readings as shown
    inner join match_name_readings as paid
        on shown.joined_name = paid.joined_name
    inner join match_word_weights as first_levels
        on
            paid.first_name = first_levels.written_word
            and first_levels.name_field = 'first'
    inner join match_word_weights as last_levels
        on
            paid.last_name = last_levels.written_word
            and last_levels.name_field = 'last'
    where shown.is_shown
        and paid.is_on_payment
        and paid.reading in ('plain', 'long_last')
        and first_levels.level = 'exact'
        and last_levels.level = 'exact'
),

spellings as (
    select
        alike.shown_name,
        alike.payment_name,
        round(max(alike.name_weight), 6) as name_weight,
    from (
        select * from spelled_alike
        union all
        select * from one_word_alike
        union all
        select * from joined_alike
    ) as alike
    group by alike.shown_name, alike.payment_name
),

options as (
    select
        events.checkin_id,
        events.purchaser_group_id,
        payments.payment_line_id,
        payments.payment_name,
        payments.owner_customer_ids,
        payments.is_own_address,
        spellings.name_weight,
        0 as payer_weight,
        {{ match_payment_weight() }} as payment_weight,
        payments.payments_per_day,
    from match_groups as events
    inner join spellings
        on events.written_name = spellings.shown_name
    inner join match_payments as payments
        on
            spellings.payment_name = payments.payment_name
            and events.product_kind = payments.product_kind
            and events.product_age = payments.product_age
            and events.checkin_date
            between payments.payment_date - 1 and payments.payment_date + events.validity_days
),

weighed as (
    select
        options.checkin_id,
        options.purchaser_group_id,
        options.payment_line_id,
        options.payment_name,
        options.owner_customer_ids,
        options.is_own_address,
        options.name_weight,
        options.payment_weight,
        {{ payment_link_probability() }} as link_posterior,
    from options
)

select * from weighed
