"""Worlds in which it is known whether lapses are contagious, and who really slips away.

    python -m benchmarks.outcomes.worlds --seeds 1 2 3

Writes each world as raw exports, builds partner_lapses on it by dbt, and prints what was planted
beside what was found. With --regulars it does so for the six kinds of people whose visits fell:
one world, built as of each of 13 weeks, and the alarms of slipping_away for each kind.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

FIRST_DAY = np.datetime64("2024-01-01")  # a Monday
MINUTE = 60_000_000
NEVER = 1_000_000


class Gym(NamedTuple):
    """What the exports say of a gym: check-ins, and the memberships with their last day, if any."""

    checkins: pa.Table
    memberships: pa.Table


@dataclass(frozen=True)
class World:
    """How members leave: planted is the ratio of hazards in the 90 days after a partner's lapse.

    Partners join together, climb at one hour and are equally committed in every world, so that a
    partner's lapse predicts one's own also where it causes nothing.
    """

    name: str
    planted: float
    closure_and_price_rise: bool = False
    members: int = 3000
    pairs: int = 1000
    days: int = 548
    monthly_hazard: float = 0.03
    households: int = 100


WORLDS = (
    World("contagion 2.0", 2.0),
    World("contagion 2.5", 2.5),
    World("none, shared commitment", 1.0),
    World("none, closure and price rise", 1.0, closure_and_price_rise=True),
)
CLOSED = (250, 271)
PRICE_RISE = (330, 360)


def last_days(world: World, chance: np.random.Generator, joined: np.ndarray) -> np.ndarray:
    """The day on which each member leaves; NEVER for who stays."""
    couples = np.arange(world.members) // 2
    alike = np.arange(world.members) < 2 * world.pairs
    commitment = chance.normal(0, 0.7, world.members)
    commitment[alike] = chance.normal(0, 0.7, world.members)[couples[alike]]
    partner = np.where(alike, np.arange(world.members) ^ 1, -1)
    left = np.full(world.members, NEVER)
    for day in range(world.days):
        here = (joined <= day) & (left == NEVER)
        hazard = world.monthly_hazard / 30.4375 * np.exp(commitment - 0.245)
        hazard *= np.where(day - joined < 120, 1.5, 1.0)
        if world.closure_and_price_rise and PRICE_RISE[0] <= day < PRICE_RISE[1]:
            hazard = hazard * 4
        since = day - left[partner]
        hazard *= np.where(alike & (since > 0) & (since <= 90), world.planted, 1.0)
        left[here & (chance.random(world.members) < hazard)] = day
    # a household has one membership
    for couple in range(world.households):
        left[2 * couple : 2 * couple + 2] = left[2 * couple : 2 * couple + 2].min()
    return left


def as_checkins(people: list, days: list, minutes: list) -> pa.Table:
    """Check-ins of people, days since FIRST_DAY and minutes since midnight."""
    customer, day = np.concatenate(people), np.concatenate(days)
    at = (FIRST_DAY + day).astype("datetime64[us]")
    at = at + (np.clip(np.concatenate(minutes), 360, 1410) * MINUTE).astype("timedelta64[us]")
    return pa.table({"customer_id": customer, "checkin_datetime": at})


def gym_of(world: World, seed: int) -> Gym:
    """Members of a world, their visits alone and with their partner, and when they left.

    Example:
        >>> small = World("small", 1.0, members=20, pairs=5, days=60, households=1)
        >>> gym_of(small, 1).memberships.num_rows
        20
    """
    chance = np.random.default_rng(seed)
    members = np.arange(world.members)
    alike = members < 2 * world.pairs
    lead = np.where(alike, members // 2 * 2, members)
    joined = chance.integers(-400, world.days - 60, world.members)[lead]
    joined = joined + np.where(members % 2 == 1, chance.integers(0, 15, world.members), 0)
    left = last_days(world, chance, joined)
    hour = (chance.choice([10, 13, 17, 18, 19, 20], world.members) * 60.0)[lead]
    rate = chance.gamma(4, 0.35, world.members)[lead]  # visits a week
    share = np.where(alike, chance.uniform(0.5, 0.9, world.members)[lead], 0.0)
    people, days, minutes = [], [], []
    for day in range(world.days):
        if world.closure_and_price_rise and CLOSED[0] <= day < CLOSED[1]:
            continue
        here = (joined <= day) & (left >= day)
        together = (chance.random(world.members) < rate * share / 7)[lead]
        together &= here & (chance.random(world.members) < 0.9)
        alone = here & ~together & (chance.random(world.members) < rate * (1 - share) / 7)
        start = (hour + chance.normal(15, 40, world.members))[lead]
        own = hour + chance.normal(15, 40, world.members)
        arrived = np.where(together, start + chance.exponential(3, world.members), own)
        comes = together | alone
        people.append(members[comes] + 100_000)
        days.append(np.full(comes.sum(), day))
        minutes.append(arrived[comes])
    household = np.where(members < 2 * world.households, members // 2, world.members + members)
    ended = left < world.days
    memberships = pa.table(
        {
            "customer_id": members + 100_000,
            "household": household,
            "start_date": FIRST_DAY + joined,
            "end_date": pa.array(FIRST_DAY + np.where(ended, left, 0), mask=~ended),
        }
    )
    return Gym(as_checkins(people, days, minutes), memberships)


KINDS = ("steady", "decline", "irregular", "student", "holiday", "injury")
YEARS = 728  # days from FIRST_DAY to a Sunday at the end of a summer
WEEKS_ASKED = 13


class Regulars(NamedTuple):
    """Check-ins of regulars of each kind; when the fall of visits began, and when it was over."""

    gym: Gym
    kinds: np.ndarray
    begins: np.ndarray
    ends: np.ndarray


def regulars_of(seed: int, each: int = 250, closed: bool = False) -> Regulars:
    """Two years of regulars, whose visits fall in the last weeks, each for a reason of its own.

    A decline leaves none to 30 % of the visits. The irregular come in spells. Students are away for
    ten weeks of each summer, a holiday takes three to five weeks, an injury seven to ten. In summer
    everybody comes a quarter less. Where `closed`, the gym was, for three weeks.
    """
    chance = np.random.default_rng(seed)
    kinds = np.repeat(np.arange(len(KINDS)), each)
    people = len(kinds)
    asked = YEARS - 7 * WEEKS_ASKED
    begins = chance.integers(asked - 14, asked + 35, people)
    lengths = np.select(
        [kinds == KINDS.index("holiday"), kinds == KINDS.index("injury")],
        [chance.integers(21, 36, people), chance.integers(49, 71, people)],
        NEVER,
    )
    summer = chance.integers(-7, 8, people)
    begins = np.where(kinds == KINDS.index("student"), asked + 10 + summer, begins)
    lengths = np.where(kinds == KINDS.index("student"), 70, lengths)
    ends = begins + lengths
    left_over = np.where(
        kinds == KINDS.index("decline"), chance.choice([0.0, 0.0, 0.15, 0.3], people), 0.0
    )
    changes = np.isin(kinds, [KINDS.index(kind) for kind in KINDS[1:] if kind != "irregular"])
    rate = chance.gamma(8, 0.25, people)
    hour = chance.choice([10, 13, 17, 18, 19, 20], people) * 60.0
    spell = np.ones(people)
    customers, days, minutes = [], [], []
    for day in range(YEARS):
        if day % 14 == 0:
            spell = np.where(
                kinds == KINDS.index("irregular"), chance.gamma(0.8, 1 / 0.8, people), 1.0
            )
        if closed and asked + 21 <= day < asked + 42:
            continue
        season = 1 - 0.25 * (day % 364 >= 364 - 70)
        factor = np.where(changes & (begins <= day) & (day < ends), left_over, 1.0)
        last_year = (kinds == KINDS.index("student")) & (begins <= day + 364 + summer)
        factor = np.where(last_year & (day + 364 + summer < ends), 0.0, factor)
        comes = chance.random(people) < np.minimum(rate * season * factor * spell / 7, 0.9)
        customers.append(np.flatnonzero(comes) + 100_000)
        days.append(np.full(comes.sum(), day))
        minutes.append((hour + chance.normal(15, 40, people))[comes])
    none = pa.table(
        {
            "customer_id": pa.array([], pa.int64()),
            "household": pa.array([], pa.int64()),
            "start_date": pa.array([], pa.date32()),
            "end_date": pa.array([], pa.date32()),
        }
    )
    return Regulars(Gym(as_checkins(customers, days, minutes), none), kinds, begins, ends)
