"""Guests of members, birthday parties and other events, free entries, second visits of a day."""

from __future__ import annotations

import numpy as np

from . import config
from .config import EVE, FRE, GUE, MEM, Arguments
from .memberships import Memberships
from .people import CHILD, People, group_lists
from .visits import (
    Visits,
    draw_days,
    draw_seconds,
    join_visits,
    make_visits,
    microseconds,
    open_hours,
)

LOCK_IN = "New Year Lock-in"
BIRTHDAY = "Youth Birthday Party"
PRACTICE = "Team Practice"
INTRO = "Intro to Climbing Class"


def _keys(visits: Visits) -> np.ndarray:
    """Person * 100_000 + day of each visit, int64[n]."""
    return visits.person.astype(np.int64) * 100_000 + visits.day


def guest_visits(args: Arguments, people: People, inside: Visits) -> Visits:
    """Guests (GUE) of members: mostly with a host who is there, some hosts again and again.

    `purchase` holds the host's person number here, because guest passes are not bought.
    `inside` has distinct party numbers; a guest joins the host's party.
    """
    rng, wanted = args.rng(5), args.count(config.GUEST_VISITS)
    hosting = np.flatnonzero((inside.method == MEM) & (people.age[inside.person] >= 16))
    host_visits = group_lists(inside.person[hosting], len(people))
    counts = np.diff(host_visits.start)
    hosts = np.flatnonzero(counts)
    keen = rng.gamma(0.25, 1.0, len(hosts)) * np.sqrt(counts[hosts]) + 1e-9
    member = np.zeros(len(people), dtype=bool)
    member[inside.person[inside.method == MEM]] = True
    taken = set(_keys(inside).tolist())
    columns: dict[str, list[int]] = {key: [] for key in ("row", "person", "away")}
    friends: dict[int, list[int]] = {}
    for host in rng.choice(hosts, size=wanted, p=keen / keen.sum()).tolist():
        if host not in friends:
            circle = people.circles.of(people.circle[people.household[host]])
            known = [p for p in circle if p != host and not member[p] and people.age[p] >= 6]
            spare = np.flatnonzero(people.gym == people.gym[host])
            extra = spare[rng.integers(0, len(spare), 3)].tolist()
            known += [p for p in extra if p != host and not member[p] and people.age[p] >= 10]
            friends[host] = known[: 1 + int(rng.integers(0, 4))]
        visits = host_visits.of(host)
        row = int(hosting[visits[int(rng.integers(len(visits)))]])
        for person in friends[host][:: -1 if rng.random() < 0.4 else 1]:
            key = person * 100_000 + int(inside.day[row])
            if key not in taken:
                taken.add(key)
                columns["row"].append(row)
                columns["person"].append(person)
                break
    row = np.array(columns["row"], dtype=np.int64)
    absent = rng.random(len(row)) < 0.04
    second = inside.us[row] // 1_000_000 + rng.exponential(150.0, len(row)).astype(np.int64) + 5
    stray = draw_seconds(rng, inside.day[row])
    second = open_hours(inside.day[row], np.where(absent, stray, second))
    gear = rng.random(len(row)) < 0.3
    names = people.words.codes([config.GUEST_PASS, config.GUEST_PASS_GEAR])
    day, us = inside.day[row], microseconds(rng, second)
    day, us, absent = _move_absent(rng, args, day, us, absent)
    alone = int(inside.party.max()) + 1 + np.arange(len(row))
    return make_visits(
        len(row), person=columns["person"], gym=inside.gym[row], day=day, us=us, method=GUE,
        text=names[gear.astype(np.int64)], purchase=inside.person[row], written=1,
        party=np.where(absent, alone, inside.party[row]), kind=config.GUEST,
    )  # fmt: skip


def _move_absent(rng, args: Arguments, day, us, absent) -> tuple[np.ndarray, ...]:
    """Guests whose host stayed at home come on another day, within a week."""
    moved = np.maximum(day - rng.integers(1, 6, len(day)), args.first_day)
    absent = absent & ~np.isin(moved, config.closed_days(args)) & (moved != day)
    day = np.where(absent, moved, day)
    second = open_hours(day, us // 1_000_000)
    return day, second * 1_000_000 + us % 1_000_000, absent


def event_visits(args: Arguments, people: People, held: Memberships) -> Visits:
    """Birthday parties, team practice, an intro class and a lock-in over midnight (EVE)."""
    rng = args.rng(6)
    parts = []
    for gym in range(args.gyms):
        kids = np.flatnonzero(
            (people.gym == gym) & (people.role == CHILD) & (people.age < 14) & (people.age > 4)
        )
        grown = np.flatnonzero((people.gym == gym) & (people.age >= 18))
        parties = max(1, round(20 * args.visit_share))
        for day in draw_days(rng, args, parties).tolist():
            start = int(rng.choice([10.5, 12.5, 14.5, 15.5]) * 3600)
            parts.append(_event(rng, people, kids, gym, day, start, BIRTHDAY, config.EVENT))
        for day in draw_days(rng, args, max(1, round(3 * args.visit_share))).tolist():
            parts.append(_event(rng, people, grown, gym, day, 18 * 3600, INTRO, config.CLASS))
        parts += _practices(rng, args, people, held, gym)
        parts += _lock_in(rng, args, people, grown, gym)
    return join_visits(parts)


def _event(rng, people, pool, gym: int, day: int, start: int, name: str, kind: int) -> Visits:
    """8 to 18 people of a pool within twenty minutes; a pool that is too small gives fewer."""
    size = min(len(pool), int(rng.integers(8, 19)))
    seconds = start + rng.integers(-300, 900, size)
    return make_visits(
        size, person=rng.choice(pool, size=size, replace=False), gym=gym, day=day,
        us=microseconds(rng, seconds), method=EVE, text=people.words.code(name), party=0,
        kind=kind,
    )  # fmt: skip


def _practices(rng, args: Arguments, people: People, held: Memberships, gym: int) -> list[Visits]:
    """Team children on event tickets "from" their coach, who sold nothing."""
    kind = held.type_index[held.roster_instance]
    team = np.array([item.flag == "is_team_dues" for item in config.TYPES])[kind]
    pool = np.unique(held.roster_person[team & (held.gym[held.roster_instance] == gym)])
    coach = people.full_name(int(np.flatnonzero((people.gym == gym) & (people.age > 25))[-1]))
    wanted, parts = max(2, round(14 * args.visit_share)), []
    for day in draw_days(rng, args, wanted).tolist():
        part = _event(
            rng, people, pool, gym, day, 16 * 3600, f"{PRACTICE} from {coach}", config.CLASS
        )
        parts.append(part.take(np.flatnonzero(rng.random(len(part)) < 0.62)))
    return [part for part in parts if len(part)]


def _lock_in(rng, args: Arguments, people: People, grown, gym: int) -> list[Visits]:
    """A dozen people around midnight of New Year: one evening, two dates."""
    eve = (np.datetime64("2024-12-31") - np.datetime64("1970-01-01")).astype(int)
    if eve < args.first_day:
        return []
    size = max(4, min(len(grown), round(12 * args.gym_share)))
    minute = np.sort(rng.integers(23 * 60 + 20, 24 * 60 + 40, size))
    minute[: size // 2] = np.minimum(minute[: size // 2], 1439)
    minute[size // 2 :] = np.maximum(minute[size // 2 :], 1441)
    return [
        make_visits(
            size, person=rng.choice(grown, size=size, replace=False), gym=gym,
            day=eve + minute // 1440, us=microseconds(rng, minute % 1440 * 60), method=EVE,
            text=people.words.code(LOCK_IN), party=0, kind=config.CLASS,
        )
    ]  # fmt: skip


def free_visits(args: Arguments, people: People) -> Visits:
    """Free entries (FRE): a few faithful helpers and many who come once."""
    rng, size = args.rng(7), args.count(config.FREE_VISITS)
    pool = np.flatnonzero(people.age >= 12)
    helpers = pool[rng.integers(0, len(pool), max(3, size // 60))]
    often = rng.random(size) < 0.5
    person = np.where(
        often, helpers[rng.integers(0, len(helpers), size)], pool[rng.integers(0, len(pool), size)]
    )
    day = draw_days(rng, args, size)
    return make_visits(
        size, person=person, gym=people.gym[person], day=day,
        us=microseconds(rng, draw_seconds(rng, day)), method=FRE,
        text=people.words.code("Free entry"), party=np.arange(size), kind=config.FREE,
    )  # fmt: skip


def second_visits(args: Arguments, inside: Visits) -> Visits:
    """Members who come back a few hours, or a minute, after their first check-in."""
    rng = args.rng(8)
    again = inside.take(np.flatnonzero((inside.method == MEM) & (rng.random(len(inside)) < 0.011)))
    quick = rng.random(len(again)) < 0.25
    size = len(again)
    later = np.where(quick, rng.integers(40, 900, size), rng.integers(5000, 18000, size))
    second = again.us // 1_000_000 + later
    keep = second < 21 * 3600
    again.us = second * 1_000_000 + again.us % 1_000_000
    again.kind[:] = config.SOLO
    again = again.take(np.flatnonzero(keep))
    again.party = np.arange(len(again), dtype=np.int32)
    return again
