"""What affinity must hold on worlds that are made to know the answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import duckdb
import pytest
from affinity_chain import Visit, run_models

START = datetime(2025, 1, 6)  # a Monday
COUPLE, STRANGERS, CLASS = (1, 2), (3, 4), (5, 6, 7)


def crowd(seed: int, days: int, people: int = 150) -> Iterator[Visit]:
    """Regulars with habits of their own: weekdays, an hour, and an hour's spread around it."""
    chance = random.Random(seed)
    for customer in range(1000, 1000 + people):
        weekdays = chance.sample(range(7), chance.choice((1, 2, 3)))
        hour, visiting = chance.choice((12, 17, 18, 19)), chance.uniform(0.3, 0.8)
        for day in range(days):
            if day % 7 in weekdays and chance.random() < visiting:
                minutes = hour * 60 + chance.gauss(30, 25)
                yield customer, "60", START + timedelta(days=day, minutes=minutes)


def couples(seed: int, days: int, number: int) -> Iterator[Visit]:
    """Pairs who come through the door together on days without any rhythm."""
    chance = random.Random(seed)
    for couple in range(number):
        for day in chance.sample(range(days), max(3, days // 10)):
            minutes = chance.uniform(10 * 60, 20 * 60)
            for customer in (10 + 2 * couple, 11 + 2 * couple):
                late = chance.uniform(0, 1.5)
                yield customer, "60", START + timedelta(days=day, minutes=minutes + late)


def planted(seed: int, days: int) -> Iterator[Visit]:
    """A couple, two strangers of one habit, and three of one class."""
    chance = random.Random(seed)
    for day in chance.sample(range(days), days // 10):
        at = START + timedelta(days=day, minutes=chance.uniform(600, 1200))
        yield from ((customer, "60", at) for customer in COUPLE)
    for day in range(1, days, 7):  # every Tuesday at six
        for customer in STRANGERS:
            minutes = 18 * 60 + chance.uniform(-10, 10)
            yield customer, "60", START + timedelta(days=day, minutes=minutes)
    for day in range(2, days, 7):  # a class on Wednesdays, now and then missed
        for customer in CLASS:
            if chance.random() < 0.85:
                minutes = 19 * 60 + chance.uniform(-8, 0)
                yield customer, "60", START + timedelta(days=day, minutes=minutes)


def world(seed: int, days: int = 180) -> list[Visit]:
    return [*crowd(seed, days), *couples(seed, days, 60), *planted(seed, days)]


def is_couple(customer_id_1: int, customer_id_2: int) -> bool:
    together = customer_id_1 >= 10 and customer_id_2 == customer_id_1 + 1 and customer_id_1 % 2 == 0
    return (customer_id_1, customer_id_2) == COUPLE or (together and customer_id_2 < 1000)


def affinity(
    connection: duckdb.DuckDBPyConnection, columns: str = "*", order: str = "all"
) -> list[tuple]:
    return connection.sql(
        f"select {columns} from intermediate.pair_affinity order by {order}"
    ).fetchall()


@pytest.fixture(scope="module")
def built() -> duckdb.DuckDBPyConnection:
    return run_models(world(1))


def level(connection: duckdb.DuckDBPyConnection, one: int, other: int) -> str:
    found = connection.sql(
        "select affinity_level from intermediate.pair_affinity"
        f" where customer_id_1 = {one} and customer_id_2 = {other}"
    ).fetchone()
    return found[0] if found else "never met"


def test_a_couple_on_irregular_days_is_together(built: duckdb.DuckDBPyConnection) -> None:
    assert level(built, *COUPLE) == "together"


@pytest.mark.parametrize(
    ("one", "other"),
    [STRANGERS, (5, 6), (5, 7), (6, 7)],
    ids=["strangers of one habit", "class mates 1-2", "class mates 1-3", "class mates 2-3"],
)
def test_habit_is_not_together(built: duckdb.DuckDBPyConnection, one: int, other: int) -> None:
    assert level(built, one, other) != "together"


def test_who_met_once_is_never_called_a_tie(built: duckdb.DuckDBPyConnection) -> None:
    once = built.sql(
        "select affinity_level, tie_probability from intermediate.pair_affinity"
        " where together_count = 1 group by all"
    ).fetchall()
    assert once == [("too_few", None)]


def test_every_column_but_the_probability_is_filled(built: duckdb.DuckDBPyConnection) -> None:
    rows = affinity(built, "* exclude (tie_probability)")
    assert rows
    assert all(None not in row for row in rows)


def test_without_appointments_hardly_anybody_is_together(built: duckdb.DuckDBPyConnection) -> None:
    """Each calendar slid by its own number of weeks, and no two slides that met stay equal."""
    slid = run_models(
        [
            (customer, place, at + timedelta(weeks=3 * (customer * 7 % 40)))
            for customer, place, at in world(1)
        ],
    )
    called = slid.sql(
        "select count(*) filter (where tie_probability >= 0.9) / count(*)"
        " from intermediate.pair_affinity where together_count >= 2"
        " and customer_id_1 * 7 % 40 != customer_id_2 * 7 % 40"
    ).fetchone()[0]
    assert called <= 0.001


@pytest.mark.parametrize("days", [30, 40, 60], ids=lambda days: f"{days} days")
def test_a_short_history_raises_no_false_alarm(days: int) -> None:
    together = [
        row[:2] for row in affinity(run_models(world(2, days)), "*") if row[-1] == "together"
    ]
    real = sum(is_couple(*pair) for pair in together)
    assert real >= 0.95 * len(together)
    assert bool(together) == (days >= 35)


def test_new_ids_change_no_measure(built: duckdb.DuckDBPyConnection) -> None:
    """Reversed, so that the other calendar of each pair is the one that is slid."""
    relabelled = run_models([(9999 - c, place, at) for c, place, at in world(1)])
    columns = "together_count, expected_by_chance, closeness, affinity_bits, affinity_level"
    before = affinity(built, f"customer_id_1, customer_id_2, {columns}", "1, 2")
    after = affinity(relabelled, f"9999 - customer_id_2, 9999 - customer_id_1, {columns}", "1, 2")
    assert [row[:6] for row in before] == [row[:6] for row in after]
    agreeing = sum(one[-1] == other[-1] for one, other in zip(before, after, strict=True))
    assert agreeing >= 0.995 * len(before)


def test_neither_order_nor_threads_matter(built: duckdb.DuckDBPyConnection) -> None:
    shuffled = world(1)
    random.Random(5).shuffle(shuffled)
    assert affinity(run_models(shuffled, threads=1)) == affinity(built)


MONDAY = START + timedelta(hours=18)


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param([], [], id="no check-in"),
        pytest.param([(1, "60", MONDAY)], [], id="one customer"),
        pytest.param([(1, None, MONDAY), (2, None, MONDAY)], [], id="no location"),
        pytest.param([(1, "60", MONDAY), (2, "7", MONDAY)], [], id="two locations, no meeting"),
        pytest.param([(1, "60", MONDAY), (2, "60", MONDAY)], [(1, 2, 1, "too_few")], id="one day"),
        pytest.param(
            [(c, "60", MONDAY + timedelta(days=d)) for c in (1, 2) for d in range(90)],
            [(1, 2, 90, "too_few")],
            id="one pair",
        ),
        pytest.param(
            [(c, place, MONDAY) for c in (1, 2) for place in ("60", "7")],
            [(1, 2, 2, "too_few")],
            id="two places on one day count twice",
        ),
        pytest.param(
            [(1, "60", START + timedelta(minutes=5)), (2, "60", START - timedelta(minutes=5))],
            [],
            id="either side of midnight is no meeting",
        ),
    ],
)
def test_small_worlds(visits: list[Visit], expected: list[tuple]) -> None:
    connection = run_models(visits)
    columns = "customer_id_1, customer_id_2, together_count, affinity_level"
    assert affinity(connection, columns) == expected
    assert connection.sql("select * from main.crews").fetchall() == []
