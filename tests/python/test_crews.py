"""What crews must hold: who is in one, and that it keeps its name from night to night."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from affinity_chain import Visit, run_models
from test_affinity import START, couples, crowd

DAYS = 240
CREW = (501, 502, 503, 504)


def outings(
    members: tuple[int, ...], seed: int, first: int, last: int, number: int
) -> Iterator[Visit]:
    """Members who come together on irregular days, at half past six."""
    chance = random.Random(seed)
    for day in sorted(chance.sample(range(first, last), number)):
        at = START + timedelta(days=day, minutes=18 * 60 + 30 + chance.uniform(0, 15))
        for member in members:
            yield member, "60", at + timedelta(minutes=chance.uniform(0, 1))


def world(*more: Iterator[Visit], days: int = DAYS) -> list[Visit]:
    visits = [*crowd(3, DAYS), *couples(3, DAYS, 60)]
    for group in more:
        visits += group
    return [visit for visit in visits if visit[2] < START + timedelta(days=days)]


def crews(visits: list[Visit]) -> dict[str, set[int]]:
    """Crew id -> members."""
    found: dict[str, set[int]] = {}
    members = (
        run_models(visits).sql("select crew_id, customer_id from main.crew_members").fetchall()
    )
    for crew_id, customer_id in members:
        found.setdefault(crew_id, set()).add(customer_id)
    return found


@pytest.fixture(scope="module")
def before() -> dict[str, set[int]]:
    return crews(world(outings(CREW, 1, 0, 160, 20)))


def test_four_who_come_together_are_one_crew(before: dict[str, set[int]]) -> None:
    assert set(CREW) in before.values()


def test_couples_are_no_crews(before: dict[str, set[int]]) -> None:
    assert all(3 <= len(members) <= 12 for members in before.values())
    assert all(members & set(CREW) or min(members) >= 1000 for members in before.values())


@pytest.mark.parametrize("newcomer", [400, 900], ids=["a lower id", "a higher id"])
def test_a_crew_that_gains_a_member_keeps_its_id(
    before: dict[str, set[int]], newcomer: int
) -> None:
    after = crews(
        world(
            outings(CREW, 1, 0, 160, 20),
            outings((*CREW, newcomer), 2, 160, DAYS, 12),
        ),
    )
    name = next(crew_id for crew_id, members in before.items() if members == set(CREW))
    assert after[name] == {*CREW, newcomer}


def test_of_two_crews_that_merge_the_older_name_stays(before: dict[str, set[int]]) -> None:
    others = (401, 402, 403)
    merged = crews(
        world(
            outings(CREW, 1, 0, 160, 20),
            outings(others, 4, 80, 160, 10),
            outings((*CREW, *others), 5, 160, DAYS, 15),
        ),
    )
    name = next(crew_id for crew_id, members in before.items() if members == set(CREW))
    assert merged[name] == {*CREW, *others}


def test_a_crew_says_where_and_when() -> None:
    connection = run_models(world(outings(CREW, 1, 0, 160, 20)))
    row = connection.sql(
        "select member_count, tie_count, usual_location_id, usual_hour, outing_count,"
        " members_per_outing, first_outing_date <= founding_date"
        " from main.crews where customer_ids = '501,502,503,504'"
    ).fetchone()
    assert row == (4, 6, "60", 18, 20, 4, True)
    assert connection.sql(
        "select customer_id, outing_count from main.crew_members"
        " where customer_id between 501 and 504 order by 1"
    ).fetchall() == [(501, 20), (502, 20), (503, 20), (504, 20)]


def test_neither_order_nor_threads_matter() -> None:
    visits = world(outings(CREW, 1, 0, 160, 20))
    connections = [run_models(visits, 2), run_models(visits[::-1], 1)]
    rows = [
        connection.sql("from main.crews order by crew_id").fetchall() for connection in connections
    ]
    assert rows[0] == rows[1]
