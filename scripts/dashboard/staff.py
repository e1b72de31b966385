"""What the staff page knows, by SQL from the published database.

Names come from the table customers only, which has none for a child; and from a pass whose buyer is
no known customer, as the desk typed it. Records to mend come from a file beside the warehouse
(scripts/staff_records.py), by id.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from python_udfs.person_names import name_words
from scripts import staff_records
from scripts.dashboard.layout import drawing, groups

SEEDS = Path(__file__).resolve().parents[2] / "seeds"

# Beyond so many pairs the page leaves out those who met once and are nothing to each other that
# the gym knows; counts and totals are of all pairs.
MOST_PAIRS = 2_000_000
# So many rejected rows are listed; all are counted.
MOST_REJECTED = 5_000
NEVER = 0
# As the page counts them.
AGES = ["adult", "child", "unknown"]
LEVELS = ["together", "maybe", "chance", "too_few"]

PEOPLE = """
create temp table people as
with ids as (
    select customer_id from customers
    union
    select user_customer_id from pass_transfers
    union
    select purchaser_customer_id from pass_transfers
    union
    select unnest([customer_id_1, customer_id_2]) from customer_connections
),

partners as (
    select unnest([customer_id_1, customer_id_2]) as customer_id from customer_connections
),

counted as (
    select customer_id, count(*) as connection_count from partners group by customer_id
)

select
    row_number() over (order by ids.customer_id) - 1 as place,
    ids.customer_id,
    customers.full_name,
    coalesce(customers.age_group, 'unknown') as age_group,
    customers.first_checkin_date,
    customers.last_checkin_date,
    coalesce(customers.checkin_count, 0) as checkin_count,
    coalesce(counted.connection_count, 0) as connection_count,
from ids
left join customers on ids.customer_id = customers.customer_id
left join counted on ids.customer_id = counted.customer_id
where ids.customer_id is not null
"""

PAIRS = """
create temp table pairs as
select
    row_number() over (order by connections.customer_id_1, connections.customer_id_2) - 1 as place,
    connections.*,
    one.place as place_1,
    other.place as place_2,
from customer_connections as connections
inner join people as one on connections.customer_id_1 = one.customer_id
inner join people as other on connections.customer_id_2 = other.customer_id
where
    (select count(*) from customer_connections) <= $most
    or connections.interaction_count > 1
    or connections.known_tie
    or connections.affinity_level in ('together', 'maybe')
"""


def day(column: str) -> str:
    """A date as whole days since 1970, 0 for none."""
    return f"coalesce({column} - date '1970-01-01', {NEVER})"


def mask(column: str, words: list[str]) -> str:
    """Words with commas between as one bit each."""
    listed = f"string_split(coalesce({column}, ''), ',')"
    bits = [
        f"{1 << bit} * cast(list_contains({listed}, '{word}') as int)"
        for bit, word in enumerate(words)
    ]
    return " + ".join(bits) or "0"


def columns(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> dict[str, np.ndarray]:
    """A query's columns as arrays, each named after the query."""
    found = connection.sql(sql).fetchnumpy()
    return {f"{name}.{column}": np.asarray(values) for column, values in found.items()}


def records(connection: duckdb.DuckDBPyConnection, sql: str) -> list[list[Any]]:
    """A query's rows as lists that JSON holds."""
    return [list(row) for row in connection.sql(sql).fetchall()]


def texts(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    """A query's only column as a list."""
    return [value for (value,) in connection.sql(sql).fetchall()]


def network(connection: duckdb.DuckDBPyConnection, edges: str) -> dict[str, Any]:
    """The groups of a network whose edges are a query of place_1, place_2, weight and sign."""
    told = {(one, other): (weight, sign) for one, other, weight, sign in records(connection, edges)}
    found = []
    for group in groups(told):
        picture = drawing(group)
        found.append(
            {
                "members": group.members,
                "size": [picture.width, picture.height],
                "places": [number for place in picture.places for number in place],
                "edges": [
                    [one, other, *told[group.members[one], group.members[other]]]
                    for one, other in group.edges
                ],
            }
        )
    return {"groups": found, "edge_count": len(told)}


def networks(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The three networks that a person can read; never all pairs."""
    return {
        # sign: 1 the first bought for the second, 2 the other way round, 3 both
        "passes": network(
            connection,
            """
            with transfers as (
                select buyer.place as buyer_place, user.place as user_place
                from pass_transfers
                inner join people as buyer
                    on pass_transfers.purchaser_customer_id = buyer.customer_id
                inner join people as user on pass_transfers.user_customer_id = user.customer_id
            )

            select
                least(buyer_place, user_place) as place_1,
                greatest(buyer_place, user_place) as place_2,
                count(*) as weight,
                bit_or(case when buyer_place < user_place then 1 else 2 end) as sign,
            from transfers
            group by place_1, place_2
            order by place_1, place_2
            """,
        ),
        "ties": network(
            connection,
            """
            select place_1, place_2, interaction_count, 0
            from pairs
            where strength_score >= 4 and (known_tie or affinity_level in ('together', 'maybe'))
            order by place
            """,
        ),
        "crews": network(
            connection,
            """
            select place_1, place_2, interaction_count, 0
            from pairs
            inner join crew_members as one on pairs.customer_id_1 = one.customer_id
            inner join crew_members as other on pairs.customer_id_2 = other.customer_id
            where one.crew_id = other.crew_id and (known_tie or affinity_level = 'together')
            order by place
            """,
        ),
    }


def crews(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    """The crews with their members as places."""
    names = [
        "crew_id", "usual_weekday", "usual_hour", "outing_count", "outings_per_month",
        "founding_date", "last_outing_date", "members",
    ]  # fmt: skip
    rows = records(
        connection,
        """
        select
            crews.crew_id, usual_weekday, usual_hour, crews.outing_count,
            cast(outings_per_month as double), cast(founding_date as varchar),
            cast(crews.last_outing_date as varchar), list(people.place order by people.place)
        from crews
        inner join crew_members on crews.crew_id = crew_members.crew_id
        inner join people on crew_members.customer_id = people.customer_id
        group by all
        order by count(*) desc, crews.crew_id
        """,
    )
    return {name: [row[number] for row in rows] for number, name in enumerate(names)}


def week(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Whom to speak to, the most valuable list first, and whether the lists helped."""
    return {
        "titles": {row["kind"]: row["title"] for row in seed("actions/action_kinds")},
        "as_of": texts(connection, "select cast(max(as_of) as varchar) from action_list")[0],
        "rows": records(
            connection,
            """
            select
                kind, title, what_to_do, priority, customer_id, reason, other_customer_id, crew_id
            from action_list
            order by min(priority) over (partition by kind), priority
            """,
        ),
        "outcomes": records(
            connection,
            """
            select
                kind, outcome, horizon_days, round, listed, held_out, people_needed,
                cast(listed_share * 100 as double), cast(held_out_share * 100 as double),
                cast(difference * 100 as double), cast(low * 100 as double),
                cast(high * 100 as double), finding
            from action_outcomes
            order by kind, round, horizon_days
            """,
        ),
    }


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed of the project."""
    with (SEEDS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def nicknames(names: list[str | None]) -> dict[str, list[str]]:
    """Of the given names that somebody here has, in full or short, the short forms."""
    worn = {word for name in names if name for word in name_words(name)}
    found: dict[str, list[str]] = {}
    for row in seed("matching/nicknames"):
        found.setdefault(row["given_name"], []).append(row["nickname"])
    return {given: short for given, short in found.items() if not worn.isdisjoint([given, *short])}


def records_to_mend(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Questions, duplicates, records of nobody and rejected rows; or why they are not here."""
    attached = texts(connection, "select database_name from duckdb_databases()")
    if staff_records.SCHEMA not in attached:
        state = f"select coalesce(getvariable('{staff_records.SCHEMA}'), 'missing')"
        return {"state": texts(connection, state)[0]}
    try:
        here, there = (
            connection.sql(f"{staff_records.BUILD} {table}").fetchall()
            for table in ("build_history", f"{staff_records.SCHEMA}.of_build")
        )
        return records_here(connection) if here == there else {"state": "of another build"}
    except (duckdb.CatalogException, duckdb.BinderException):
        # damaged, or of another layout
        return {"state": "unreadable"}


def records_here(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The same where they are of the build that was published."""
    schema = staff_records.SCHEMA
    return {
        "state": "here",
        "questions": records(
            connection,
            f"""
            select
                question_id, kind, question, asked_because, evidence_fingerprint, rows_changed,
                rows_later, list([code, label, evidence] order by answers.place)
            from {schema}.data_questions
            inner join {schema}.question_answers as answers using (question_id)
            group by all
            order by any_value(data_questions.place)
            """,
        ),
        "duplicates": records(
            connection,
            f"""
            select
                customer_id_1, customer_id_2,
                concat_ws(
                    ', ', if(is_same_last_name, 'last name', null),
                    if(is_same_birthday, 'birthday', null), if(is_same_email, 'e-mail', null),
                    if(is_same_phone, 'telephone', null)
                ),
                cast(floor(same_probability * 1000) / 10 as double)
            from {schema}.duplicate_customers
            order by same_probability desc, customer_id_1, customer_id_2
            """,
        ),
        "nobody": records(
            connection,
            f"""
            select customer_id, reason from {schema}.placeholder_customers
            order by customer_id
            """,
        ),
        "rejected_count": texts(connection, f"select count(*) from {schema}.rejected_rows")[0],
        "rejected": records(
            connection,
            f"""
            select export_name, source_file, source_line, row_key, reject_reason
            from {schema}.rejected_rows
            order by export_name, source_file, source_line
            limit {MOST_REJECTED}
            """,
        ),
    }


def head(connection: duckdb.DuckDBPyConnection, types: list[str]) -> dict[str, Any]:
    """Everything that is no long column of numbers."""
    metrics = {
        (section, metric): value
        for section, metric, value in records(
            connection, "select section, metric, value from gym_metrics"
        )
    }
    [(pairs_here, last_date, first_date)] = records(
        connection,
        """
        select
            (select count(*) from pairs),
            (select cast(today as varchar) from gym_today),
            (select cast(min(first_checkin_date) as varchar) from people)
        """,
    )
    totals = {
        "people": metrics["totals", "customers"],
        "connections": metrics["totals", "connections"],
        "pairs_here": pairs_here,
        "interactions": metrics["totals", "interactions"],
        "transfers": metrics["totals", "pass transfers"],
        "known_buyers": metrics["pass transfers by buyer", "known"],
        "crews": metrics["totals", "crews"],
        "last_date": last_date,
        "first_date": first_date,
    }
    categories = {
        name: texts(connection, f"select distinct {name} from pass_transfers order by all")
        for name in ("pass_type", "transfer_type", "match_method", "location_name")
    }
    full_names = texts(connection, "select full_name from people order by place")
    return {
        "totals": totals,
        "types": types,
        "levels": LEVELS,
        "names": full_names,
        "nicknames": nicknames(full_names),
        "week": week(connection),
        "records": records_to_mend(connection),
        "categories": categories,
        "typed_buyers": texts(
            connection,
            """
            select case when purchaser_customer_id is null then purchaser_name end
            from pass_transfers
            where user_customer_id is not null
            order by checkin_datetime, checkin_id
            """,
        ),
        "months": records(
            connection,
            """
            select split_part(metric, ' ', 1), split_part(metric, ' ', 2), value
            from gym_metrics
            where section = 'interactions by month and type'
            order by line_number
            """,
        ),
        "report": records(
            connection,
            """
            select section, metric, value, cast(percent as double), note
            from pipeline_report
            where section != 'strongest pairs'
            order by line_number
            """,
        ),
        "history": records(
            connection,
            """
            select
                build_number, strftime(built_at, '%Y-%m-%d %H:%M'), section, metric, value,
                cast(percent as double)
            from build_history
            where metric in ('total', 'rejected', 'purchaser known')
            order by build_number, line_number
            """,
        ),
        "crews": crews(connection),
        "networks": networks(connection),
    }


def staff_data(
    connection: duckdb.DuckDBPyConnection, most_pairs: int = MOST_PAIRS
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The head and the columns of the staff page."""
    connection.execute(PEOPLE)
    connection.execute(PAIRS, {"most": most_pairs})
    types = texts(
        connection,
        """
        select metric from gym_metrics
        where section = 'interactions by type' and value > 0 order by value desc, metric
        """,
    )
    arrays = columns(
        connection,
        "people",
        f"""
        select
            customer_id as id_step, list_position({AGES}, age_group) - 1 as child,
            {day("first_checkin_date")} as first, {day("last_checkin_date")} as last,
            checkin_count as visits, connection_count as connections
        from people order by place
        """,
    )
    arrays |= columns(
        connection,
        "pairs",
        f"""
        select
            place_1 as one_step, place_2 as other, interaction_count as count,
            strength_score as strength, list_position({LEVELS}, affinity_level) - 1 as level,
            {day("first_interaction_date")} as first, {day("last_interaction_date")} as last,
            {mask("interaction_types", types)} as types, cast(known_tie as int) as known,
            coalesce(round(tie_probability * 1000) + 1, 0) as chance,
            coalesce(together_count, 0) as together
        from pairs order by place
        """,
    )
    # a pair that has one interaction tells its date and type itself
    arrays |= columns(
        connection,
        "meetings",
        f"""
        select
            {day("interaction_date")} as day,
            list_position({types}::varchar[], interaction_type) - 1 as type
        from customer_interactions as interactions
        inner join pairs
            on interactions.customer_id_1 = pairs.customer_id_1
            and interactions.customer_id_2 = pairs.customer_id_2
        where pairs.interaction_count > 1
        order by pairs.place, interaction_date, type
        """,
    )
    arrays |= columns(
        connection,
        "transfers",
        f"""
        with named as (
            select
                *,
                dense_rank() over (order by pass_type) - 1 as pass_place,
                dense_rank() over (order by transfer_type) - 1 as transfer_place,
                dense_rank() over (order by match_method) - 1 as match_place,
                dense_rank() over (order by location_name nulls last) - 1 as location_place,
            from pass_transfers
        )

        select
            {day("cast(named.checkin_datetime as date)")} as day_step,
            user.place as user, coalesce(buyer.place + 1, 0) as buyer, pass_place as pass,
            transfer_place as kind, match_place as match, location_place as location,
            coalesce(match_confidence, 0) as confidence,
            coalesce(remaining_count + 1, 0) as remaining
        from named
        inner join people as user on named.user_customer_id = user.customer_id
        left join people as buyer on named.purchaser_customer_id = buyer.customer_id
        order by named.checkin_datetime, named.checkin_id
        """,
    )
    return head(connection, types), arrays
