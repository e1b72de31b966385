-- Grain: one row per figure of the report on who can meet: moments, crowds and placeholders.
with core_checkins as (
    select * from {{ ref('core_checkins') }}
),

crowded_moments as (
    select * from {{ ref('crowded_moments') }}
),

placeholder_customers as (
    select * from {{ ref('placeholder_customers') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

person_records as (
    select * from {{ ref('person_records') }}
),

checkins_counted as (
    select
        count(*) as checkins,
        count(*) filter (where not has_time_of_day) as untimed,
        count(*) filter (where has_offset) as with_offset,
    from core_checkins
),

-- without a zone in the data or the settings the clock is a guess
clocks as (
    select
        *,
        '{{ env_var("GYM_TIMEZONE", "") }}' as given_zone,
    from checkins_counted
),

figures as (
    select
        'check-ins without a time of day' as metric,
        untimed as value,
        checkins as share_of,
        'midnight or a day alone: nobody is met' as note,
    from clocks
    where untimed > 0
    union all
    select
        'warning: check-ins without a time zone', checkins - with_offset, checkins,
        'GYM_TIMEZONE is not set, so their clock is taken for the gym''s'
    from clocks
    where given_zone = '' and with_offset < checkins
    union all
    select
        'warning: check-ins with an offset', with_offset, checkins,
        'GYM_TIMEZONE is not set, so their dates and hours are those of UTC'
    from clocks
    where given_zone = '' and with_offset > 0
    union all
    select
        'crowded moments', count(*), null,
        sum(arrival_count) || ' check-ins meet nobody; see crowded_moments'
    from crowded_moments
    having count(*) > 0
    union all
    select
        'placeholders, not people: ' || reason, count(*), null, 'see placeholder_customers'
    from placeholder_customers
    group by reason
    union all
    select
        'placeholder e-mail addresses and telephone numbers',
        count(*) filter (where is_email_dummy) + count(*) filter (where is_phone_dummy), null,
        'made up, or of too many people: they tell nobody'
    from customer_records
    having count(*) filter (where is_email_dummy or is_phone_dummy) > 0
    union all
    select
        'people with several records', count(distinct person_id), null,
        count(*) || ' records; see duplicate_customers'
    from person_records
    having count(*) > 0
)

select
    15 as section_number,
    'who can meet' as section,
    metric,
    value,
    share_of,
    note,
from figures
