"""Visits that stop for a while, or dwindle, although the membership runs on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import config
from .config import AS_OF_EPOCH, TYPES, Arguments
from .lapses import Lapse
from .memberships import Memberships
from .people import People, group_lists
from .visits import Visits

REGULAR = 0.7  # visits a week, over REGULAR_WEEKS at least
REGULAR_WEEKS = 10
STUDENTS_AWAY = 0.8
# Share of regulars to whom it happens once; the rest come as before.
SHARES = {"holiday": 0.18, "injury": 0.06, "decline": 0.2}
DAYS_AWAY = {"holiday": (14, 31), "injury": (42, 100)}
DWINDLED = 0.2  # share of visits left in a decline
HEALING = 42  # days after an injury with half of the visits


@dataclass
class Pause:
    """Days first <= day < stop on which only `keep` of a person's visits happen."""

    person: int
    cause: str
    first: int
    stop: int
    keep: float = 0.0


def _summers(args: Arguments) -> list[tuple[int, int]]:
    """First and last day of the students' holidays of each year of the history."""
    years = range(2000, 2026)
    days = [(np.datetime64(f"{year}-05-18"), np.datetime64(f"{year}-08-16")) for year in years]
    found = [(int(one.astype(int)), int(two.astype(int))) for one, two in days]
    return [(one, two) for one, two in found if one > args.first_day]


def plan_pauses(
    args: Arguments, people: People, held: Memberships, visits: Visits, paired: set[int]
) -> list[Pause]:
    """Students' summers, holidays, injuries, and declines of people without a partner."""
    rng, found = args.rng(43), []
    came = group_lists(visits.person, len(people))
    count = np.diff(came.start)
    days = visits.day[came.items]
    has = np.flatnonzero(count)
    low, high = np.full(len(people), AS_OF_EPOCH), np.zeros(len(people), dtype=np.int64)
    low[has] = np.minimum.reduceat(days, came.start[has])
    high[has] = np.maximum.reduceat(days, came.start[has])
    weeks = (high - low + 1) / 7
    regular = (weeks >= REGULAR_WEEKS) & (count >= REGULAR * weeks)
    students = np.array([item.flag == "is_college" for item in TYPES])
    studying = np.unique(held.roster_person[students[held.type_index[held.roster_instance]]])
    away = studying[rng.random(len(studying)) < STUDENTS_AWAY]
    for person in away.tolist():
        for first, stop in _summers(args):
            shift = rng.integers(0, 14, 2)
            found.append(Pause(person, "season", first + int(shift[0]), stop + int(shift[1])))
    lot = rng.random(len(people))
    cut = np.cumsum(list(SHARES.values()))
    place, recent = rng.random(len(people)), rng.random(len(people)) < 0.25
    for person in np.flatnonzero(regular & (lot < cut[-1])).tolist():
        cause = list(SHARES)[int(np.searchsorted(cut, lot[person], side="right"))]
        begin, end = int(low[person]) + 56, min(int(high[person]), AS_OF_EPOCH)
        if cause == "decline":
            late = recent[person] and end > AS_OF_EPOCH - 10
            first = AS_OF_EPOCH - int(rng.integers(28, 50)) if late else 0
            first = first or begin + int(place[person] * max(1, end - 42 - begin))
            if person not in paired and first > begin:
                keep = DWINDLED if rng.random() < 0.7 else 0.0
                found.append(Pause(person, "decline", first, AS_OF_EPOCH + 1, keep))
            continue
        length = int(rng.integers(*DAYS_AWAY[cause]))
        late = recent[person] and end > AS_OF_EPOCH - 5
        first = begin + int(place[person] * max(1, end - begin - length))
        first = AS_OF_EPOCH - length - int(rng.integers(2, 12)) if late else first
        whole = cause == "holiday" and not set(people.homes.of(people.household[person])) & paired
        for one in people.homes.of(people.household[person]) if whole else [person]:
            found.append(Pause(one, cause, first, first + length))
        if cause == "injury":
            found.append(Pause(person, "healing", first + length, first + length + HEALING, 0.5))
    return found


def missed(args: Arguments, rng, people: People, visits: Visits, pauses: list[Pause]) -> np.ndarray:
    """Visits that do not happen for a pause or because the gym is closed, bool[n]."""
    gone = ~config.is_open(args, visits.day)
    came = group_lists(visits.person, len(people))
    for pause in pauses:
        rows = np.array(came.of(pause.person), dtype=np.int64)
        rows = rows[(visits.day[rows] >= pause.first) & (visits.day[rows] < pause.stop)]
        gone[rows] |= rng.random(len(rows)) >= pause.keep
    return gone


def pause_lapses(people: People, visits: Visits, pauses: list[Pause], gone: Visits) -> list[Lapse]:
    """Lapses of visits: pauses for which somebody stayed away twice or more."""
    came, lost = (group_lists(item.person, len(people)) for item in (visits, gone))
    found = []
    for pause in pauses:
        if pause.cause == "healing":
            continue
        missing = gone.day[lost.of(pause.person)]
        missing = ((missing >= pause.first) & (missing < pause.stop)).sum()
        days = np.sort(visits.day[came.of(pause.person)])
        before, after = days[days < pause.first], days[days >= pause.stop]
        here = ((days >= pause.first) & (days < pause.stop)).any()
        if missing < 2 or len(before) == 0 or (here and not pause.keep):
            continue
        kind, cause = ("decline", "own") if pause.keep else ("visits", pause.cause)
        cause = "own" if cause == "decline" else cause
        back = int(after[0]) if len(after) and kind == "visits" else -1
        found.append(Lapse(pause.person, int(before[-1]), cause, kind, -1, back))
    return found
