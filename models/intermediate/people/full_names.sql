-- Grain: one row per first and last name on customer records: how many persons carry it.
-- Long: one estimate with its terms; nothing else uses a part of it.
with match_parameters as (
    select * from {{ ref('match_parameters') }}
),

customer_names as (
    select * from {{ ref('customer_names') }}
),

customer_records as (
    select * from {{ ref('customer_records') }}
),

linked_records as (
    select * from {{ ref('linked_records') }}
),

-- Records that something links are one person from here on.
persons as (
    select
        customer_names.first_name,
        customer_names.last_name,
        coalesce(firsts.customer_id_1, customer_names.customer_id) as person_id,
        max(records.birthday) as birthday,
    from customer_names
    inner join customer_records as records
        on customer_names.customer_id = records.customer_id
    left join (
        select customer_id_2, min(customer_id_1) as customer_id_1
        from linked_records
        group by customer_id_2
    ) as firsts
        on customer_names.customer_id = firsts.customer_id_2
    where customer_names.first_form = 'first'
        and customer_names.last_form = 'full'
        and customer_names.first_name <> ''
        and customer_names.last_name <> ''
    group by all
),

-- Expected by the words: how many others carry the name if first and last names are drawn apart.
names as (
    select
        persons.first_name,
        persons.last_name,
        cast(count(*) as double) as persons,
        cast(count(persons.birthday) as double) as dated_persons,
        count(distinct persons.birthday) as birthdays,
        cast(sum(count(*)) over () as double) as all_persons,
        cast(sum(count(persons.birthday)) over () as double) as all_dated_persons,
        cast(sum(count(*)) over (partition by persons.first_name) as double)
        * cast(sum(count(*)) over (partition by persons.last_name) as double)
        / all_persons as expected_by_words,
    from persons
    group by persons.first_name, persons.last_name
),

-- Persons who share their name with another one, less those whom the words explain. A person counts
-- once, or the commonest name would decide for all. Two birthdays are two persons.
shared as (
    select
        greatest(cast(sum(cast(
            names.persons * (cast(names.persons > 1 as integer) - 1 + exp(-names.expected_by_words))
            as decimal(38, 12)
        )) as double), 0) as shared_persons,
        greatest(cast(sum(cast(
            names.dated_persons * (
                cast(names.birthdays > 1 as integer) - 1
                + exp(-names.expected_by_words * names.all_dated_persons / names.all_persons)
            ) as decimal(38, 12)
        )) as double), 0) as shared_dated_persons,
        max(names.all_persons) as all_persons,
        max(names.all_dated_persons) as all_dated_persons,
    from names
),

-- Namesakes beyond what the words explain are a community or a family. Birthdays count them;
-- without birthdays a share is assumed, but no more than are seen.
namesakes as (
    select
        least(
            (
                shared_dated_persons
                + {{ match_parameter('namesake_share') }}
                * {{ match_parameter('namesake_share_persons') }}
            ) / (
                all_dated_persons * all_dated_persons / all_persons
                + {{ match_parameter('namesake_share_persons') }}
            ),
            (shared_persons + 1) / all_persons
        ) as beyond_words,
    from shared
),

expected as (
    select
        names.*,
        names.expected_by_words + namesakes.beyond_words as expected_namesakes,
    from names
    cross join namesakes
),

-- Where no two birthdays tell records of one name apart, those beyond what namesakes explain are
-- second records.
doubles as (
    select
        greatest(
            cast(sum(cast(
                case
                    when expected.persons > 1 and expected.persons > expected.dated_persons
                        then expected.persons
                    else 0
                end
                - expected.dated_persons * (
                    1 - exp(
                        -expected.expected_namesakes
                        * (1 - expected.all_dated_persons / expected.all_persons)
                    )
                )
                - (expected.persons - expected.dated_persons)
                * (1 - exp(-expected.expected_namesakes)) as decimal(38, 12)
            )) as double),
            0
        )
        * max(expected.all_persons)
        / nullif(power(max(expected.all_persons), 2) - power(max(expected.all_dated_persons), 2), 0)
            as expected_doubles,
    from expected
),

-- The more persons carry a name, the more will: the mean of a Poisson rate that was seen
-- persons - 1 times, with a gamma prior of shape 1.
rated as (
    select
        expected.*,
        expected.expected_namesakes / (1 + expected.expected_namesakes) as namesake_rate,
        case
            when expected.persons > 1 and expected.birthdays <= 1
                then coalesce(doubles.expected_doubles, 0) / (
                    coalesce(doubles.expected_doubles, 0)
                    + (expected.persons - 1) * namesake_rate
                )
            else 0
        end as double_probability,
    from expected
    cross join doubles
),

full_names as (
    select
        rated.first_name,
        rated.last_name,
        cast(rated.persons as bigint) as persons,
        round(rated.double_probability, 6) as same_probability,
        round(
            (1 + (rated.persons - 1) * (1 - rated.double_probability))
            * rated.namesake_rate / rated.all_persons,
            15
        ) as namesake_chance,
    from rated
)

select * from full_names
