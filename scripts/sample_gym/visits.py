"""Who walks in when: the visit table, and the members' habits that fill most of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

import numpy as np

from . import config
from .config import DAY_US, MEM, TYPES, Arguments, weekday
from .memberships import Memberships, active_instance
from .people import People

SLOT = 300  # seconds of a bin of the day's profile
# Share of arrivals by hour, 6:00 to 21:00.
WEEKDAY_HOURS = (3.9, 3.7, 0.8, 1.9, 3.3, 4.6, 5.7, 4.3, 3.9, 9.0, 17.3, 21.5, 13.2, 8.0, 2.0, 0.2)
WEEKEND_HOURS = (0, 0, 0.6, 6.5, 11.5, 14, 14.5, 16, 13, 11, 8, 5, 3, 1.2, 0.2, 0)
DAY_WEIGHT = np.array([1.13, 1.08, 1.06, 1.03, 0.78, 0.98, 0.86])
PASS_DAY_WEIGHT = np.array([0.7, 0.65, 0.7, 0.75, 1.1, 2.1, 1.7])


@dataclass
class Visits:
    """One entry per check-in; codes of config, -1 where a field does not apply."""

    person: np.ndarray
    gym: np.ndarray
    day: np.ndarray  # epoch day
    us: np.ndarray  # microseconds since midnight
    method: np.ndarray
    text: np.ndarray  # code of the membership, pass or event name
    purchase: np.ndarray  # purchase that paid, -1 own or none
    written: np.ndarray  # code of the buyer's name as written, -1 when not written
    remaining: np.ndarray  # climbs left, -1 when not written
    party: np.ndarray
    kind: np.ndarray

    def __len__(self) -> int:
        return len(self.person)

    def take(self, keep: np.ndarray) -> Visits:
        """The visits at the given positions or under a mask."""
        return Visits(*(getattr(self, item.name)[keep] for item in fields(self)))

    def time_us(self) -> np.ndarray:
        """Local wall-clock microseconds since 1970, int64[n]."""
        return self.day * DAY_US + self.us


def join_visits(parts: list[Visits]) -> Visits:
    """Parts one after the other, party numbers made distinct."""
    offset, shifted = 0, []
    for part in parts:
        shifted.append(part.party + offset)
        offset += int(part.party.max(initial=-1)) + 1
    joined = Visits(
        *(np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Visits))
    )
    joined.party = np.concatenate(shifted)
    return joined


def make_visits(size: int, **columns: np.ndarray | int) -> Visits:
    """Visits from columns or constants; what is not given is -1."""
    kinds = {"day": np.int64, "us": np.int64, "gym": np.int16, "method": np.int8, "kind": np.int8}
    filled = {}
    for item in fields(Visits):
        value = columns.get(item.name, -1)
        filled[item.name] = np.broadcast_to(
            np.asarray(value, dtype=kinds.get(item.name, np.int32)), (size,)
        ).copy()
    return Visits(**filled)


def once_a_day(visits: Visits) -> Visits:
    """The first listed visit of each person and day."""
    key = visits.person.astype(np.int64) * 100_000 + visits.day
    _, first = np.unique(key, return_index=True)
    return visits.take(np.sort(first))


@cache
def _profile(hours: tuple[float, ...], low: int = 6, high: int = 22) -> np.ndarray:
    """Share of arrivals per SLOT of the day, float64[288], inside [low, high) o'clock."""
    bins = np.zeros(24)
    bins[6:22] = hours
    bins[:low] = 0
    bins[high:] = 0
    smooth = np.convolve(np.repeat(bins, 3600 // SLOT), np.ones(7) / 7, mode="same")
    smooth[: 6 * 12] = 0
    return smooth / smooth.sum()


def draw_seconds(rng: np.random.Generator, day: np.ndarray, low: int = 6, high: int = 22):
    """Arrival times in seconds of the day, int64[n], as the gym's rhythm has them."""
    weekend = weekday(day) >= 5
    work = rng.choice(288, size=len(day), p=_profile(WEEKDAY_HOURS, low, high))
    rest = rng.choice(288, size=len(day), p=_profile(WEEKEND_HOURS, max(low, 8), min(high, 20)))
    return np.where(weekend, rest, work) * SLOT + rng.integers(0, SLOT, len(day))


def draw_days(rng: np.random.Generator, args: Arguments, size: int) -> np.ndarray:
    """Epoch days for occasional visitors, int64[n]: weekends and the middle of the history."""
    days = np.arange(args.first_day, config.AS_OF_EPOCH + 1)
    weight = PASS_DAY_WEIGHT[weekday(days)]
    weight = weight * np.minimum(1.0, 0.25 + (days - args.first_day) / 60)
    weight[np.isin(days, config.closed_days(args))] = 0
    return rng.choice(days, size=size, p=weight / weight.sum())


def open_hours(day: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Seconds moved inside opening hours: 6:00 to 21:30, weekends 8:30 to 20:00."""
    weekend = weekday(day) >= 5
    low = np.where(weekend, 8.5 * 3600, 6 * 3600).astype(np.int64)
    high = np.where(weekend, 20 * 3600, 21.5 * 3600).astype(np.int64)
    # Mirrored at the doors: clipping would pile everybody up at one second.
    second = np.where(second < low, 2 * low - second, second)
    return np.where(second > high, 2 * high - second, second)


def microseconds(rng: np.random.Generator, second: np.ndarray) -> np.ndarray:
    """Seconds of the day with a random microsecond, int64[n]."""
    return second * 1_000_000 + rng.integers(0, 1_000_000, len(second))


@dataclass
class Units:
    """Those who plan visits together: one person, a household, a group of friends, a class."""

    start: np.ndarray
    stop: np.ndarray
    rate: np.ndarray  # sessions a week by lot; 0 for a class, which has a timetable
    attend: np.ndarray  # chance of each member to come along
    spread: np.ndarray  # mean seconds between the first arrival and a member's
    kind: np.ndarray
    gym: np.ndarray
    midday: np.ndarray
    first: np.ndarray  # members are items[first:first + size]
    size: np.ndarray
    items: np.ndarray


def _units(parts: list[dict]) -> Units:
    """Units from blocks of equal shape; each block lists its members as one flat array."""
    offset, firsts, sizes = 0, [], []
    for part in parts:
        firsts.append(np.cumsum(part["size"]) - part["size"] + offset)
        sizes.append(part["size"])
        offset += len(part["items"])

    def column(key: str) -> np.ndarray:
        return np.concatenate([np.broadcast_to(part[key], len(part["size"])) for part in parts])

    keys = ("start", "stop", "rate", "attend", "spread", "kind", "gym", "midday")
    items = np.concatenate([part["items"] for part in parts])
    first, size = np.concatenate(firsts), np.concatenate(sizes)
    return Units(*(column(key) for key in keys), first, size, items)


def _person_units(rng, held: Memberships, stop: np.ndarray) -> dict:
    """Every roster row on its own: regulars and people who hardly ever come."""
    kind = held.type_index[held.roster_instance]
    shared = np.isin([item.size for item in TYPES], ("duo", "family"))[kind]
    mean = np.array([item.visits for item in TYPES])[kind]
    rate = np.where(shared, rng.gamma(0.5, 0.30, len(kind)), rng.gamma(0.9, 0.92, len(kind)) * mean)
    return {
        "items": held.roster_person, "size": np.ones(len(kind), dtype=np.int64),
        "start": held.start[held.roster_instance], "stop": stop[held.roster_instance],
        "rate": np.minimum(rate, 5.5), "attend": 1.0, "spread": 0.0, "kind": config.SOLO,
        "gym": held.gym[held.roster_instance],
        "midday": np.array([item.flag == "is_mid_day" for item in TYPES])[kind],
    }  # fmt: skip


def _household_units(rng, held: Memberships, stop: np.ndarray) -> dict:
    """Duos and families who come together, each member most of the times."""
    size = np.bincount(held.roster_instance, minlength=len(held))
    wanted = np.isin([TYPES[kind].size for kind in held.type_index], ("duo", "family")) & (size > 1)
    chosen = np.flatnonzero(wanted)
    order = np.argsort(held.roster_instance, kind="stable")
    rows = order[np.isin(held.roster_instance[order], chosen)]
    return {
        "items": held.roster_person[rows], "size": size[chosen],
        "start": held.start[chosen], "stop": stop[chosen],
        "rate": np.minimum(rng.gamma(0.8, 1.15, len(chosen)), 5.0),
        "attend": rng.uniform(0.5, 0.92, len(chosen)), "spread": 75.0,
        "kind": config.HOUSEHOLD, "gym": held.gym[chosen],
        "midday": np.array([TYPES[kind].flag == "is_mid_day" for kind in held.type_index[chosen]]),
    }  # fmt: skip


def _friend_units(rng, args: Arguments, held: Memberships, stop: np.ndarray, age: np.ndarray):
    """Groups of 2 to 4 members of different households whose memberships overlap in time."""
    kind = held.type_index[held.roster_instance]
    usable = np.array([item.size in ("solo", "duo", "corporate") and item.flag != "is_team_dues"
                       for item in TYPES])[kind]  # fmt: skip
    usable &= (age[held.roster_person] >= 14) & (rng.random(len(kind)) < 0.42)
    rows = np.flatnonzero(usable)
    _, unique = np.unique(held.roster_person[rows], return_index=True)
    rows = rows[np.sort(unique)]
    instance = held.roster_instance[rows]
    near = held.start[instance] + rng.normal(0, 60, len(rows)).astype(np.int64)
    order = np.lexsort((near, held.gym[instance]))
    rows, instance = rows[order], instance[order]
    sizes = rng.choice([2, 3, 4], size=len(rows), p=[0.55, 0.3, 0.15])
    sizes = sizes[np.cumsum(sizes) <= len(rows)]
    if len(sizes) == 0:
        sizes = np.array([len(rows)])
    rows, instance = rows[: sizes.sum()], instance[: sizes.sum()]
    cut = np.cumsum(sizes) - sizes
    start = np.minimum.reduceat(held.start[instance], cut)
    return {
        "items": held.roster_person[rows], "size": sizes,
        "start": start, "stop": np.maximum.reduceat(stop[instance], cut),
        "rate": np.minimum(rng.gamma(1.0, 1.15, len(sizes)), 4.0),
        "attend": rng.uniform(0.65, 0.95, len(sizes)), "spread": 240.0,
        "kind": config.FRIENDS, "gym": held.gym[instance][cut], "midday": False,
    }  # fmt: skip


def _class_units(held: Memberships, stop: np.ndarray) -> dict:
    """Each gym's youth teams: a timetable, many children, no friendship implied."""
    kind = held.type_index[held.roster_instance]
    team = np.array([item.flag == "is_team_dues" for item in TYPES])[kind]
    rows = np.flatnonzero(team)
    key = held.gym[held.roster_instance[rows]].astype(np.int64) * 1000 + kind[rows]
    order = np.argsort(key, kind="stable")
    rows, key = rows[order], key[order]
    _, cut, sizes = np.unique(key, return_index=True, return_counts=True)
    instance = held.roster_instance[rows]
    return {
        "items": held.roster_person[rows], "size": sizes,
        "start": np.minimum.reduceat(held.start[instance], cut),
        "stop": np.maximum.reduceat(stop[instance], cut),
        "rate": 0.0, "attend": 0.55, "spread": 420.0, "kind": config.CLASS,
        "gym": held.gym[instance][cut], "midday": False,
    }  # fmt: skip


def _sessions(rng, args: Arguments, units: Units) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit, epoch day and second of day of every session: habits, and days off habit."""
    start = np.maximum(units.start, args.first_day)
    length = np.maximum(units.stop - start + 1, 0)
    unit = np.repeat(np.arange(len(start)), rng.poisson(units.rate * length / 7))
    slots = np.clip(np.ceil(units.rate), 1, 4).astype(np.int64)
    habit_day = rng.choice(7, size=(len(start), 4), p=DAY_WEIGHT / DAY_WEIGHT.sum())
    sample = np.repeat(np.arange(4), len(start))
    late = np.where(units.midday, 14, 22)
    second_of = {}
    for name, day in (("work", 4), ("rest", 2)):  # epoch day 4 is a Monday, 2 a Saturday
        drawn = draw_seconds(rng, np.full(len(sample), day), 6, 22)
        noon = draw_seconds(rng, np.full(len(sample), day), 10, 14)
        chosen = np.where(np.tile(late, 4) == 14, noon, drawn)
        second_of[name] = chosen.reshape(4, -1).T
    slot = (rng.random(len(unit)) * slots[unit]).astype(np.int64)
    week = (rng.random(len(unit)) * length[unit] / 7).astype(np.int64)
    first = start[unit] + week * 7
    day = first + (habit_day[unit, slot] - weekday(first)) % 7
    loose = rng.random(len(unit)) < 0.22
    day = np.where(loose, start[unit] + (rng.random(len(unit)) * length[unit]).astype(int), day)
    weekend = weekday(day) >= 5
    second = np.where(weekend, second_of["rest"][unit, slot], second_of["work"][unit, slot])
    drift = 1150 * rng.standard_normal(len(unit))
    second = open_hours(day, second + drift.astype(np.int64))
    stray = draw_seconds(rng, day)
    second = np.where(loose & ~units.midday[unit], stray, second)
    keep = (day <= units.stop[unit]) & (day <= config.AS_OF_EPOCH)
    keep &= ~np.isin(day, config.closed_days(args))
    opening = np.minimum(1.0, 0.3 + (day - args.first_day) / 80) if args.days > 200 else 1.0
    keep &= rng.random(len(unit)) < _season(day) * opening
    _, first_of_day = np.unique(unit * 100_000 + day, return_index=True)
    once = np.zeros(len(unit), dtype=bool)
    once[first_of_day] = True
    keep &= once
    return unit[keep], day[keep], second[keep]


def _timetable(rng, args: Arguments, units: Units) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit, epoch day and second of day of every class: two weekdays at four, week after week."""
    unit, day = [], []
    for number in np.flatnonzero(units.kind == config.CLASS).tolist():
        first = max(units.start[number], args.first_day)
        season = np.arange(first, min(units.stop[number], config.AS_OF_EPOCH) + 1)
        weekdays = rng.choice(5, size=2, replace=False)
        day.append(season[np.isin(weekday(season), weekdays)])
        unit.append(np.full(len(day[-1]), number))
    unit, day = np.concatenate([[], *unit]).astype(int), np.concatenate([[], *day]).astype(int)
    keep = ~np.isin(day, config.closed_days(args))
    second = 16 * 3600 + 60 * rng.standard_normal(keep.sum())
    return unit[keep], day[keep], second.astype(np.int64)


def _season(day: np.ndarray) -> np.ndarray:
    """Share of planned sessions that happen: fewer in autumn, most in summer's heat."""
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    return np.array([1, 1, 0.97, 0.93, 0.93, 0.98, 1, 0.97, 0.86, 0.88, 0.9, 0.95])[month]


def _thin(rng, gyms: np.ndarray, visits: Visits, wanted: int) -> np.ndarray:
    """Mask of visits that keeps whole parties up to `wanted` visits in each gym, classes first."""
    party = visits.party
    size = np.bincount(party)
    gym = np.zeros(len(size), dtype=np.int64)
    gym[party] = gyms
    by_lot = np.zeros(len(size), dtype=bool)
    by_lot[party] = visits.kind != config.CLASS
    order = np.lexsort((rng.random(len(size)), by_lot, gym))
    running = np.cumsum(size[order])
    before = np.concatenate(([0], running))[np.searchsorted(gym[order], np.arange(gym.max() + 1))]
    kept = np.zeros(len(size), dtype=bool)
    kept[order] = running - before[gym[order]] <= wanted
    return kept[party]


def units_of(**columns: np.ndarray | float) -> Units:
    """Units of which each column may be a constant; members are `items`, `size` of each."""
    return _units([columns])


def member_visits(
    args: Arguments, people: People, held: Memberships, taken: np.ndarray
) -> tuple[Visits, list[list[int]]]:
    """Members' check-ins, whole parties thinned to the wanted number, and the groups of friends."""
    rng = args.rng(3)
    stop = held.last_visit_day
    parts = [
        _class_units(held, stop),
        _household_units(rng, held, stop),
        _friend_units(rng, args, held, stop, people.age),
        _person_units(rng, held, stop),
    ]
    visits = visits_of_units(args, people, held, rng, _units(parts), taken)
    wanted = round(config.MEMBER_VISITS * args.visit_share)
    cut = np.cumsum(parts[2]["size"])[:-1]
    friends = [group.tolist() for group in np.split(parts[2]["items"], cut)]
    return visits.take(_thin(rng, people.gym[visits.person], visits, wanted)), friends


def visits_of_units(
    args: Arguments, people: People, held: Memberships, rng, units: Units, taken: np.ndarray
) -> Visits:
    """Check-ins (MEM) of those who plan visits together, while each is a member.

    `taken` holds person * 100_000 + day of those already in the house on another ticket.
    """
    sessions = _timetable(rng, args, units), _sessions(rng, args, units)
    unit, day, second = (np.concatenate(both) for both in zip(*sessions, strict=True))
    gym = units.gym[unit].astype(np.int16)
    if args.gyms > 1:
        away = (rng.random(len(unit)) < 0.035) & (units.kind[unit] != config.CLASS)
        gym = np.where(away, (gym + rng.integers(1, args.gyms, len(unit))) % args.gyms, gym)
    size = units.size[unit]
    session = np.repeat(np.arange(len(unit)), size)
    place = np.arange(len(session)) - np.repeat(np.cumsum(size) - size, size)
    person = units.items[units.first[unit][session] + place]
    kind = units.kind[unit][session]
    comes = rng.random(len(session)) < units.attend[unit][session]
    instance = active_instance(held, person, day[session])
    key = person.astype(np.int64) * 100_000 + day[session]
    comes &= (instance >= 0) & ~np.isin(key, taken)
    gap = rng.exponential(1.0, len(session)) * units.spread[unit][session]
    arrive = open_hours(day[session], second[session] + gap.astype(np.int64))
    names = np.array([people.words.code(item.name) for item in TYPES], dtype=np.int32)
    visits = make_visits(
        len(session), person=person, gym=gym[session], day=day[session],
        us=microseconds(rng, arrive), method=MEM,
        text=names[held.type_index[np.maximum(instance, 0)]], party=session, kind=kind,
    )  # fmt: skip
    visits = once_a_day(visits.take(np.flatnonzero(comes)))
    _, visits.party = np.unique(visits.party, return_inverse=True)
    return visits
