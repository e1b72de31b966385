"""Ties under a timetable, a coarse clock, a queue and an event: what is called together is true.

Three invented gyms, and the same gyms as each of them would have recorded it. The ties stay. The
gyms are small, so that one lucky block of pairs is a share of one gym: the three are judged as one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import duckdb
import pytest
from affinity_chain import Visit, run_models
from test_affinity import START

DAYS = 240
FIRST_COUPLE, COUPLES = 10_000, 120
GYMS = (7, 8, 9)
EVENINGS = (17.5, 18.5, 19.5, 20.5)


def regulars(chance: random.Random, people: int) -> list[Visit]:
    """People with hours of their own, on one to three evenings a week."""
    visits: list[Visit] = []
    for customer in range(people):
        weekdays = chance.sample(range(7), chance.choice((1, 2, 2, 3)))
        minute, coming = chance.uniform(960, 1230), chance.uniform(0.2, 0.7)
        visits += [
            (customer, "1", START + timedelta(days=day, minutes=minute + chance.gauss(0, 20)))
            for day in range(DAYS)
            if day % 7 in weekdays and chance.random() < coming
        ]
    return visits


def pairs(chance: random.Random) -> list[Visit]:
    """Couples who come on days without a rhythm, at times alone, up to ten minutes apart."""
    visits: list[Visit] = []
    for couple in range(COUPLES):
        for day in chance.sample(range(DAYS), chance.choice((3, 5, 8, 14))):
            minute = chance.uniform(960, 1230)
            for customer in (FIRST_COUPLE + 2 * couple, FIRST_COUPLE + 2 * couple + 1):
                if chance.random() < 0.9:
                    late = chance.expovariate(1 / 3)
                    at = START + timedelta(days=day, minutes=minute + late)
                    visits.append((customer, "1", at))
    return visits


@cache
def gym(seed: int, with_ties: bool) -> tuple[Visit, ...]:
    chance = random.Random(seed)
    visits = regulars(chance, 260)
    # without ties each member of a couple has a calendar of their own
    slid = {customer: 0 if with_ties else 3 * (customer % 9) for customer in range(99_999)}
    moved = [(c, place, at + timedelta(weeks=slid[c])) for c, place, at in pairs(chance)]
    return (*visits, *moved)


def minutes(at: datetime) -> float:
    return at.hour * 60 + at.minute + at.second / 60


def at_minute(at: datetime, minute: float) -> datetime:
    return datetime(at.year, at.month, at.day) + timedelta(minutes=minute)


def as_classes(visits: tuple[Visit, ...]) -> list[Visit]:
    """Half of the evening's arrivals come within four minutes before the next class."""
    chance = random.Random(3)
    moved = []
    for customer, place, at in visits:
        begins = min((60 * hour for hour in EVENINGS if 60 * hour >= minutes(at)), default=None)
        if begins and minutes(at) >= 1020 and chance.random() < 0.5:
            at = at_minute(at, begins - chance.uniform(0, 4))
        moved.append((customer, place, at))
    return moved


def as_fixed(visits: tuple[Visit, ...]) -> list[Visit]:
    """A third of the people take one weekly class, and come up to five minutes before it."""
    chance = random.Random(4)
    classes = {
        customer: (chance.randrange(7), chance.choice((1020, 1080, 1140, 1200)))
        for customer in sorted({visit[0] for visit in visits})
        if chance.random() < 1 / 3
    }
    moved = []
    for customer, place, at in visits:
        weekday, begins = classes.get(customer, (None, 0))
        if at.weekday() == weekday:
            at = at_minute(at, begins - chance.uniform(0, 5))
        moved.append((customer, place, at))
    return moved


def as_quarters(visits: tuple[Visit, ...]) -> list[Visit]:
    """The clock shows quarters of an hour."""
    return [(c, place, at_minute(at, minutes(at) // 15 * 15)) for c, place, at in visits]


def as_queue(visits: tuple[Visit, ...]) -> list[Visit]:
    """The desk enters all who came within ten minutes in the minute of the last of them."""
    last: dict[tuple, float] = {}
    for _, _, at in visits:
        span = (at.date(), minutes(at) // 10)
        last[span] = max(last.get(span, 0), minutes(at) // 1)
    return [
        (customer, place, at_minute(at, last[at.date(), minutes(at) // 10]))
        for customer, place, at in visits
    ]


def as_event(visits: tuple[Visit, ...]) -> list[Visit]:
    """One evening in two months 150 people arrive within half an hour."""
    chance = random.Random(5)
    people = sorted({visit[0] for visit in visits})
    evenings = [START + timedelta(days=day, hours=19) for day in range(20, DAYS, 60)]
    return [
        *visits,
        *(
            (customer, "1", evening + timedelta(seconds=chance.uniform(0, 1800)))
            for evening in evenings
            for customer in chance.sample(people, 150)
        ),
    ]


KINDS = [as_classes, as_fixed, as_quarters, as_queue, as_event]


def called(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    return connection.sql(
        "select customer_id_1, customer_id_2 from intermediate.pair_affinity"
        " where tie_probability >= 0.9"
    ).fetchall()


def is_couple(one: int, other: int) -> bool:
    return one >= FIRST_COUPLE and one % 2 == 0 and other == one + 1


@pytest.mark.parametrize("recorded", KINDS, ids=lambda kind: kind.__name__)
def test_whom_a_timetable_brings_together_is_no_tie(
    recorded: Callable[[tuple[Visit, ...]], list[Visit]],
) -> None:
    found = [pair for seed in GYMS for pair in called(run_models(recorded(gym(seed, True))))]
    true = sum(is_couple(*pair) for pair in found)
    assert true >= 0.97 * len(found)
    assert true >= 0.6 * COUPLES * len(GYMS)  # and it is not by silence


@pytest.mark.parametrize("recorded", KINDS, ids=lambda kind: kind.__name__)
def test_without_ties_a_timetable_makes_none(
    recorded: Callable[[tuple[Visit, ...]], list[Visit]],
) -> None:
    connection = run_models(recorded(gym(GYMS[0], False)))
    met = connection.sql(
        "select count(*) from intermediate.pair_affinity where together_count >= 2"
    ).fetchone()[0]
    assert len(called(connection)) <= 0.001 * met
