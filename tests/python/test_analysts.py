"""The functions of the published file, and the questions that docs/analysts.md answers."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
import yaml
from conftest import PROJECT

from scripts import analysts_doc, publish

QUESTIONS = sorted(path.stem for path in analysts_doc.ANALYSTS.queries.glob("*.sql"))


@pytest.fixture(scope="module")
def published(sample_project) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published sample, moved to another name and opened read-only."""
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    moved = built.folder / "moved.duckdb"
    moved.write_bytes(built.published.read_bytes())
    with duckdb.connect(str(moved), read_only=True) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


def top_sharer(connection: duckdb.DuckDBPyConnection) -> int:
    [(customer_id,)] = rows(
        connection,
        """select purchaser_customer_id from pass_transfers where purchaser_customer_id is not null
        group by 1 order by count(*) desc, 1 limit 1""",
    )
    return customer_id


def test_find_customer_lists_all_in_any_spelling(published) -> None:
    sql = "select count(*) from customers where lower(strip_accents(full_name)) like '%nancy%'"
    [(expected,)] = rows(published, sql)
    assert expected > 1
    for text in ("nancy", "NANCY ", "Náncy"):
        assert len(rows(published, f"from find_customer('{text}')")) == expected


def test_find_customer_takes_an_id_and_guesses_nothing(published) -> None:
    customer = top_sharer(published)
    for text in (f"{customer}", f"'{customer}'", f"' {customer}'"):
        assert [row[0] for row in rows(published, f"from find_customer({text})")] == [customer]
    for text in ("''", "'%'", "'_'", "'no such name'", str(customer)[:-1]):
        assert rows(published, f"from find_customer({text})") == []


def test_a_child_is_found_by_id_only(published) -> None:
    [(child,)] = rows(published, "select min(customer_id) from customers where is_child")
    assert rows(published, f"select full_name, is_child from find_customer({child})") == [
        (None, True)
    ]


def test_connections_of_lists_each_once_from_a_strength_on(published) -> None:
    customer = top_sharer(published)
    every = rows(
        published, f"select other_customer_id, strength_score from connections_of({customer})"
    )
    known = rows(
        published,
        f"""select customer_id_1 + customer_id_2 - {customer}, strength_score
        from customer_connections where {customer} in (customer_id_1, customer_id_2)""",
    )
    assert sorted(every) == sorted(known)
    strong = rows(
        published,
        f"""select other_customer_id, strength_score
        from connections_of('{customer}', min_strength := 3)""",
    )
    assert strong == [row for row in every if row[1] >= 3]
    assert 0 < len(strong) < len(every)


def test_transfers_of_has_both_directions(published) -> None:
    customer = top_sharer(published)
    for side, column in (("shared", "purchaser_customer_id"), ("received", "user_customer_id")):
        [(receiver,)] = rows(
            published,
            f"select {column} from pass_transfers where {column} is not null"
            " group by 1 order by count(*) desc, 1 limit 1",
        )
        found = f"select checkin_id from transfers_of({receiver}) where direction = '{side}'"
        expected = f"select checkin_id from pass_transfers where {column} = {receiver}"
        assert sorted(rows(published, found)) == sorted(rows(published, expected)) != []
    names = rows(published, f"select other_customer_id, other_name from transfers_of({customer})")
    assert set(names) <= set(rows(published, "select customer_id, full_name from customers"))


def test_interactions_between_does_not_mind_the_order(published) -> None:
    [(one, other, count)] = rows(
        published,
        """select customer_id_1, customer_id_2, interaction_count from customer_connections
        order by interaction_count desc, 1, 2 limit 1""",
    )
    found = rows(published, f"from interactions_between({one}, {other})")
    assert len(found) == count
    assert rows(published, f"from interactions_between({other}, {one})") == found
    assert rows(published, f"from interactions_between({one}, {one})") == []


def test_crew_of_is_the_same_for_every_member(published) -> None:
    [(crew,)] = rows(published, "select customer_ids from crews order by crew_id limit 1")
    members = crew.split(",")
    for member in members:
        found = rows(published, f"select customer_id from crew_of({member})")
        assert sorted(str(row[0]) for row in found) == sorted(members)


def test_customer_card_counts_what_the_tables_count(published) -> None:
    customer = top_sharer(published)
    told = dict(
        rows(published, f"select section, sum(count) from customer_card({customer}) group by 1")
    )
    for section, sql in {
        "customer": f"select checkin_count from customers where customer_id = {customer}",
        "passes shared with others": (
            f"select count(*) from pass_transfers where purchaser_customer_id = {customer}"
        ),
        "interactions by type": (
            "select count(*) from customer_interactions"
            f" where {customer} in (customer_id_1, customer_id_2)"
        ),
        "connections by strength": f"select count(*) from connections_of({customer})",
    }.items():
        assert [(told[section],)] == rows(published, sql), section


@pytest.mark.parametrize("function", publish.FUNCTIONS)
def test_nobody_has_no_rows(published, function: str) -> None:
    ids = "0, 0" if function == "interactions_between" else "0"
    assert rows(published, f"from {function}({ids})") == []


def test_functions_work_under_an_alias_that_is_used(sample_project) -> None:
    built, _ = sample_project
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.published}' as gym (read_only); use gym")
        assert len(rows(connection, "from find_customer('nancy')")) > 1


def test_functions_have_the_columns_that_are_described(published) -> None:
    for function in publish.FUNCTIONS:
        text = (PROJECT / "models/functions" / f"{function}.yml").read_text()
        [model] = yaml.safe_load(text)["models"]
        ids = "0, 0" if function == "interactions_between" else "0"
        found = published.sql(f"from {function}({ids})").columns
        assert found == [column["name"] for column in model["columns"]]


def test_the_document_answers_every_question() -> None:
    named = analysts_doc.ANSWER.findall(analysts_doc.ANALYSTS.path.read_text(encoding="utf-8"))
    assert sorted(name for _, name, _ in named) == QUESTIONS


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_in_the_document_is_the_answer(published, question: str) -> None:
    document = analysts_doc.ANALYSTS.path.read_text(encoding="utf-8")
    [written] = [
        found[0] for found in analysts_doc.ANSWER.finditer(document) if found[2] == question
    ]
    assert written == analysts_doc.answered(written, analysts_doc.ANALYSTS, published)
    assert written.count("\n| ") > 2
