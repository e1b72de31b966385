"""Membership instances, their rosters and the ids the exports show for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import config
from .config import AS_OF_EPOCH, TYPES, Arguments, MembershipType
from .people import CHILD, People

ACTIVE, ENDED, FROZEN = "ACT", "END", "FRZ"
SPAN = 1 << 20  # more than any epoch day


@dataclass
class Memberships:
    """Instances (first block) and roster rows (second block, sorted by member_id)."""

    type_index: np.ndarray
    gym: np.ndarray
    start: np.ndarray  # epoch day
    end: np.ndarray  # epoch day
    status: np.ndarray  # unicode
    owner: np.ndarray  # person
    planned: np.ndarray  # end by lot, before the last day cut it; -1 where dates are fixed
    instance_id: np.ndarray
    roster_instance: np.ndarray
    roster_person: np.ndarray
    roster_frozen: np.ndarray
    member_id: np.ndarray

    def __len__(self) -> int:
        return len(self.type_index)

    @cached_property
    def by_person_and_start(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sorted keys person * SPAN + first epoch day, with their instances and persons."""
        start = self.start[self.roster_instance]
        order = np.lexsort((start, self.roster_person))
        keys = self.roster_person[order].astype(np.int64) * SPAN + start[order]
        return keys, self.roster_instance[order], self.roster_person[order]

    @cached_property
    def last_visit_day(self) -> np.ndarray:
        """Last epoch day on which an instance lets people in, int64[n]."""
        stop = np.where(self.status == FROZEN, AS_OF_EPOCH - 45, AS_OF_EPOCH)
        return np.minimum(self.end, stop)


class _Builder:
    """Collects instances one by one; `minute` orders the sign-ups."""

    def __init__(self, args: Arguments, rng: np.random.Generator) -> None:
        self.args, self.rng = args, rng
        self.rows: list[dict] = []

    def window(self, kind: MembershipType, earliest: int) -> tuple[int, int]:
        """First and last day of an instance that starts on `earliest` or later."""
        draw = self.rng.random(3)
        if kind.flag == "is_founder" or kind.name == "Owner Family":
            start = self.args.first_day + int(draw[0] * 50)
        elif draw[1] < 0.28:
            start = self.args.first_day + int(draw[0] * min(90, self.args.days))
        else:
            start = self.args.first_day + int(draw[0] * self.args.days)
        start = max(start, earliest)
        return start, self.ending(kind, start)

    def ending(self, kind: MembershipType, start: int) -> int:
        """Last paid day: whole billing periods, at least two except for prepaid and annual."""
        period = config.PERIOD_DAYS[kind.frequency]
        if kind.frequency == "prepaid_3mo":
            return start + 90
        if kind.frequency == "annual":
            return start + (730 if self.rng.random() < 0.7 else 365)
        periods = 2 + int(self.rng.exponential(kind.days * 1.5 / period))
        return start + periods * period

    def add(self, kind: int, gym: int, roster: list[int], owner: int, start: int, end: int) -> None:
        """One instance; an end after the last day becomes the next billing day."""
        period, planned = config.PERIOD_DAYS[TYPES[kind].frequency], end
        status = ENDED
        if end >= AS_OF_EPOCH:
            status = ACTIVE
            ahead = max(start, AS_OF_EPOCH + 1) - start
            end = start + max(1, -(-ahead // period)) * period
            if start < AS_OF_EPOCH - 90 and self.rng.random() < 0.02:
                status = FROZEN
        minute = start * 1440 + 540 + int(self.rng.integers(0, 600))
        self.rows.append(
            {"kind": kind, "gym": gym, "roster": roster, "owner": owner, "start": start,
             "end": end, "status": status, "minute": minute, "neighbour": False,
             "planned": planned}
        )  # fmt: skip


def _candidates(people: People, gym: int, rng: np.random.Generator) -> dict[str, list]:
    """Who may buy what in one gym, in random order; people or, for family and duo, households."""
    age, role, home = people.age, people.role, people.household
    size = np.diff(people.homes.start)
    here = people.gym == gym
    alone = size[home] == 1
    homes = np.flatnonzero(people.household_gym == gym)
    adults = np.bincount(home[role < CHILD], minlength=len(size))
    pools = {
        "single": np.flatnonzero(here & (role == 0) & (size[home] <= 2) & (age >= 18)),
        "student": np.flatnonzero(here & (role == 0) & alone & (age >= 17) & (age <= 24)),
        "teen": np.flatnonzero(here & (role == CHILD) & (age >= 11)),
        "kid": np.flatnonzero(here & (role == CHILD) & (age >= 8) & (size[home] > 1)),
        "corporate": np.flatnonzero(here & (role == 0) & alone & (age >= 22)),
        "family": homes[(size[homes] >= 3) & (adults[homes] >= 1)],
        "duo": homes[size[homes] == 2],
    }
    return {key: rng.permutation(values).tolist() for key, values in pools.items()}


def _take(pools: dict[str, list], key: str, used: set[int], people: People) -> int | None:
    """Next person or household of a pool whose household holds no membership yet."""
    while pools[key]:
        found = pools[key].pop()
        home = found if key in ("family", "duo") else int(people.household[found])
        if home not in used:
            used.add(home)
            return found
    return None


def _family_roster(people: People, home: int, rng: np.random.Generator) -> tuple[list[int], int]:
    """Roster of a household and its owner, who now and then pays without climbing."""
    roster = people.homes.of(home)
    owner = roster[1] if people.role[roster[1]] == 1 and rng.random() < 0.4 else roster[0]
    if len(roster) > 3 and rng.random() < 0.12:
        roster = [person for person in roster if person != owner]
    elif len(roster) > 3 and rng.random() < 0.08:
        roster = roster[:-1]
    return roster, owner


def _first_instances(builder: _Builder, people: People, gym: int, avoid: set[int]) -> None:
    """The first membership of every member household of one gym."""
    args, rng = builder.args, builder.rng
    pools, used = _candidates(people, gym, rng), set(avoid)
    for number, kind in enumerate(TYPES):
        count = max(1, round(kind.weight * 1.04 * args.people_share))
        for _ in range(count):
            start, end = builder.window(kind, 0)
            if kind.pool == "corporate":
                seats = max(4, round(config.CORPORATE_SEATS * min(1.0, args.people_share)))
                taken = [_take(pools, "corporate", used, people) for _ in range(seats)]
                roster = [person for person in taken if person is not None]
                builder.add(number, gym, roster, roster[0], args.first_day + 40, AS_OF_EPOCH)
                continue
            found = _take(pools, kind.pool, used, people)
            if found is None:
                continue
            if kind.pool in ("family", "duo"):
                roster, owner = _family_roster(people, found, rng)
            else:
                roster, owner = [found], found
                parents = people.homes.of(people.household[found])
                if people.role[found] == CHILD and people.role[parents[0]] != CHILD:
                    owner = parents[0]
            builder.add(number, gym, roster, owner, start, end)


def _renewals(builder: _Builder) -> None:
    """A second instance for some of the households whose first one has ended."""
    by_id = {kind.type_id: place for place, kind in enumerate(TYPES)}
    for row in list(builder.rows):
        chance, pick = builder.rng.random(), builder.rng.random()
        if row["status"] != ENDED or row["end"] > AS_OF_EPOCH - 15 or chance > 0.23:
            continue
        kind = TYPES[row["kind"]]
        choices = config.NEXT_TYPE.get(kind.type_id, (kind.type_id,))
        number = by_id[choices[int(pick * len(choices))]]
        start = row["end"] + 1 + int(builder.rng.integers(0, 60))
        if start <= AS_OF_EPOCH:
            end = builder.ending(TYPES[number], start)
            builder.add(number, row["gym"], row["roster"], row["owner"], start, end)


def _make_neighbours(builder: _Builder) -> None:
    """Rosters of one type, dates and status side by side: close member_ids, strangers all."""
    last: dict[tuple[int, int], dict] = {}
    made: set[int] = set()
    rows = sorted(builder.rows, key=lambda row: row["minute"])
    for row in rows:
        size = TYPES[row["kind"]].size
        if size not in ("duo", "family"):
            continue
        key = (row["gym"], row["kind"])
        before = last.get(key)
        last[key] = row
        if before is None or id(before) in made:
            continue
        same = before["status"] == row["status"] != FROZEN
        wanted = builder.rng.random() < 0.1 or not made
        if same and wanted and abs(before["start"] - row["start"]) < 60:
            row.update(start=before["start"], end=before["end"], neighbour=True, planned=-1)
            before["planned"] = -1
            row["minute"] = before["minute"] + 1
            made.add(id(row))


def _future(builder: _Builder) -> None:
    """About one instance in a hundred is already sold but starts after the last day."""
    solo = [row for row in builder.rows if TYPES[row["kind"]].size in ("solo", "duo")]
    count = max(1, len(builder.rows) // 100)
    for row in solo[:: max(1, len(solo) // count)][:count]:
        length = config.PERIOD_DAYS[TYPES[row["kind"]].frequency]
        start = AS_OF_EPOCH + 2 + int(builder.rng.integers(0, 20))
        row.update(start=start, end=start + length, status=ACTIVE, minute=start * 1440 - 9000,
                   planned=-1)  # fmt: skip


def _roster_rows(builder: _Builder, rows: list[dict]) -> tuple[np.ndarray, ...]:
    """Instance number, person, frozen flag and member_id of every roster row, by member_id."""
    rng = builder.rng
    flat: list[tuple[int, float, int, int]] = []
    for number, row in enumerate(rows):
        interleaved = row["neighbour"] and rng.random() < 0.2
        late = len(row["roster"]) > 2 and rng.random() < 0.06
        for place, person in enumerate(row["roster"]):
            key = row["minute"] + place * 0.05
            if interleaved and place == 0:
                key = row["minute"] - 1 + 0.03
            if late and place == len(row["roster"]) - 1:
                key = min(row["minute"] + 40 * 1440, (AS_OF_EPOCH + 1) * 1440)
            flat.append((key, number, place, person))
    flat.sort()
    instance = np.array([item[1] for item in flat], dtype=np.int32)
    person = np.array([item[3] for item in flat], dtype=np.int32)
    step = np.where(rng.random(len(flat)) < 0.85, 1, rng.integers(2, 5, len(flat)))
    step = np.where(np.diff(instance, prepend=-1) == 0, 1, step)
    return instance, person, rng.random(len(flat)) < 0.014, 420_000 + np.cumsum(step)


def build_memberships(args: Arguments, people: People, avoid: list[int]) -> Memberships:
    """Every instance of the history, future ones included; `avoid` are people left without."""
    rng = args.rng(2)
    builder = _Builder(args, rng)
    homes = {int(people.household[person]) for person in avoid}
    for gym in range(args.gyms):
        _first_instances(builder, people, gym, homes)
    _renewals(builder)
    _make_neighbours(builder)
    _future(builder)
    rows = sorted(builder.rows, key=lambda row: (row["minute"], row["kind"], row["roster"]))
    instance, person, frozen, member_id = _roster_rows(builder, rows)

    def column(key: str, kind: type) -> np.ndarray:
        return np.array([row[key] for row in rows], dtype=kind)

    return Memberships(
        column("kind", np.int32),
        column("gym", np.int16),
        column("start", np.int64),
        column("end", np.int64),
        column("status", np.str_),
        column("owner", np.int32),
        column("planned", np.int64),
        311_000 + np.cumsum(rng.integers(1, 60, len(rows))),
        instance,
        person,
        frozen,
        member_id,
    )


def active_instance(held: Memberships, person: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Instance under which each person may enter on each epoch day, int32[n]; -1 for none."""
    keys, instance, who = held.by_person_and_start
    place = np.searchsorted(keys, person.astype(np.int64) * SPAN + day, side="right") - 1
    row = np.maximum(place, 0)
    fits = (place >= 0) & (who[row] == person) & (day <= held.last_visit_day[instance[row]])
    return np.where(fits, instance[row], -1).astype(np.int32)


def with_lives(held: Memberships, items: list) -> Memberships:
    """Memberships with the ends that were lived, and those sold later, numbered after all."""
    size = len(held)
    new = items[size:]
    end, status = held.end.copy(), held.status.copy()
    for row, item in enumerate(items[:size]):
        if item.is_over and item.end < AS_OF_EPOCH:
            end[row], status[row] = item.end, ENDED
    ends = []
    for item in new:
        ahead = max(item.start, AS_OF_EPOCH) + 1 - item.start
        runs_on = item.start + -(-ahead // item.period) * item.period
        ends.append(item.end if item.is_over else max(item.end, runs_on))
    order = sorted(range(len(new)), key=lambda place: (new[place].start, new[place].roster))
    roster = [
        (size + place, person) for place, row in enumerate(order) for person in new[row].roster
    ]

    def more(values: np.ndarray, added: list) -> np.ndarray:
        return np.concatenate([values, np.array(added, dtype=values.dtype)])

    picked = [new[place] for place in order]
    return Memberships(
        more(held.type_index, [item.kind for item in picked]),
        more(held.gym, [item.gym for item in picked]),
        more(held.start, [item.start for item in picked]),
        more(end, [ends[place] for place in order]),
        more(status, [ENDED if item.is_over else ACTIVE for item in picked]),
        more(held.owner, [item.owner for item in picked]),
        more(held.planned, [-1] * len(picked)),
        more(
            held.instance_id, (int(held.instance_id[-1]) + 7 + 11 * np.arange(len(picked))).tolist()
        ),
        more(held.roster_instance, [row for row, _ in roster]),
        more(held.roster_person, [person for _, person in roster]),
        more(held.roster_frozen, [False] * len(roster)),
        more(held.member_id, (int(held.member_id[-1]) + 40 + 2 * np.arange(len(roster))).tolist()),
    )
