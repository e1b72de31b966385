"""Households, the people in them, and the circles of households that know each other."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from . import config, names
from .config import AS_OF_EPOCH, Arguments

SIZE_SHARE = np.array([0.444, 0.213, 0.14, 0.134, 0.058, 0.011])
CHILD = 2


@dataclass
class Csr:
    """Lists of members by group: members of g are items[start[g]:start[g + 1]]."""

    start: np.ndarray
    items: np.ndarray

    def of(self, group: int) -> list[int]:
        """Members of one group, in person order."""
        return self.items[self.start[group] : self.start[group + 1]].tolist()


def group_lists(group: np.ndarray, groups: int) -> Csr:
    """Lists of positions by group number, int32; group < 0 belongs nowhere."""
    order = np.argsort(group, kind="stable").astype(np.int32)
    order = order[group[order] >= 0]
    counts = np.bincount(group[order], minlength=groups)
    return Csr(np.concatenate(([0], np.cumsum(counts))), order)


@dataclass
class People:
    """One entry per person; household h lives near gym household_gym[h], in circle circle[h]."""

    household: np.ndarray
    role: np.ndarray  # 0 first adult, 1 second adult, 2 child
    female: np.ndarray
    birth: np.ndarray  # epoch day
    first: np.ndarray
    last: np.ndarray
    household_gym: np.ndarray
    circle: np.ndarray
    words: names.Words
    homes: Csr = field(init=False)
    circles: Csr = field(init=False)
    gym: np.ndarray = field(init=False)  # home gym
    age: np.ndarray = field(init=False)  # whole years on the last day

    def __post_init__(self) -> None:
        self.homes = group_lists(self.household, len(self.household_gym))
        self.circles = group_lists(self.circle[self.household], int(self.circle.max()) + 1)
        self.gym = self.household_gym[self.household]
        self.age = ((AS_OF_EPOCH - self.birth) / 365.25).astype(np.int32)

    def __len__(self) -> int:
        return len(self.household)

    def full_name(self, person: int) -> str:
        """First and last name, as the gym writes it."""
        items = self.words.items
        return f"{items[self.first[person]]} {items[self.last[person]]}"


def _surnames(args: Arguments, rng: np.random.Generator, gym: np.ndarray, words: names.Words):
    """Surname code per household, int32[n]: a few are double or hyphenated."""
    last = np.empty(len(gym), dtype=np.int32)
    for number in range(args.gyms):
        pool = names.surname_pool(number)
        codes = words.codes(pool)
        here = np.flatnonzero(gym == number)
        drawn = rng.choice(codes, size=len(here), p=names.popularity(len(codes), 600.0))
        joined = rng.random(len(here))
        second = rng.choice(codes, size=len(here))
        for place in np.flatnonzero(joined < 0.05):
            one, two = words.items[drawn[place]], words.items[second[place]]
            drawn[place] = words.code(f"{one}{'-' if joined[place] < 0.03 else ' '}{two}")
        last[here] = drawn
    return last


def _first_names(rng: np.random.Generator, female: np.ndarray, words: names.Words) -> np.ndarray:
    """First name codes by sex, int32[n]; some hold a middle name."""
    first = np.empty(len(female), dtype=np.int32)
    for pool, wanted in ((names.FEMALE, True), (names.MALE, False)):
        here = np.flatnonzero(female == wanted)
        codes = words.codes(pool)
        drawn = rng.choice(codes, size=len(here), p=names.popularity(len(codes), 60.0))
        for place in np.flatnonzero(rng.random(len(here)) < 0.02):
            middle = names.MIDDLE[int(rng.integers(len(names.MIDDLE)))]
            drawn[place] = words.code(f"{words.items[drawn[place]]} {middle}")
        first[here] = drawn
    return first


def _circles(rng: np.random.Generator, gym: np.ndarray) -> np.ndarray:
    """Circle number per household, int32[n]: 2 to 6 households of one gym know each other."""
    order = np.lexsort((rng.random(len(gym)), gym))
    sizes = rng.integers(2, 7, size=len(gym))
    opening = np.zeros(len(gym), dtype=bool)
    opening[np.cumsum(sizes)[np.cumsum(sizes) < len(gym)]] = True
    opening[np.flatnonzero(np.diff(gym[order])) + 1] = True
    circle = np.empty(len(gym), dtype=np.int32)
    circle[order] = np.cumsum(opening)
    return circle


def _births(rng: np.random.Generator, people_home: np.ndarray, role: np.ndarray, kids: np.ndarray):
    """Birthday as epoch day, int32[n]: parents around 40, lone adults around 28."""
    home_age = np.where(kids > 0, rng.integers(29, 54, len(kids)), rng.integers(17, 52, len(kids)))
    young = (kids == 0) & (rng.random(len(kids)) < 0.55)
    home_age = np.where(young, rng.integers(18, 31, len(kids)), home_age)
    size = len(role)
    adult = home_age[people_home] + np.where(role == 1, rng.integers(-4, 5, size), 0)
    child = np.minimum(rng.integers(3, 15, size) + rng.integers(0, 4, size), 17)
    child = np.minimum(child, home_age[people_home] - 19)
    years = np.where(role == CHILD, child, np.maximum(adult, 17))
    return (AS_OF_EPOCH - years * 365.25 - rng.integers(0, 365, size)).astype(np.int32)


def build_people(args: Arguments) -> People:
    """All households and people of the town, households in arbitrary order."""
    rng = args.rng(1)
    per_gym = max(60, round(config.HOUSEHOLDS * args.people_share))
    gym = np.repeat(np.arange(args.gyms, dtype=np.int16), per_gym)
    homes = len(gym)
    size = rng.choice(np.arange(1, 7), size=homes, p=SIZE_SHARE / SIZE_SHARE.sum())
    two_adults = rng.random(homes) < np.where(size == 2, 0.55, 0.75)
    adults = np.where(size == 1, 1, np.where(two_adults, 2, 1))
    kids = size - adults
    home = np.repeat(np.arange(homes, dtype=np.int32), size)
    place = np.arange(len(home)) - np.repeat(np.cumsum(size) - size, size)
    role = np.where(place < adults[home], np.minimum(place, 1), CHILD).astype(np.int8)
    lone_child = (size == 1) & (rng.random(homes) < 0.2)
    role = np.where(lone_child[home], CHILD, role).astype(np.int8)
    female = rng.random(len(home)) < 0.48
    lead = np.flatnonzero(role == 0)
    opposite = np.zeros(homes, dtype=bool)
    opposite[home[lead]] = ~female[lead]
    female = np.where((role == 1) & (rng.random(len(home)) < 0.92), opposite[home], female)
    words = names.Words()
    home_last = _surnames(args, rng, gym, words)
    own_last = _surnames(args, rng, gym, words)
    own = ((role == 1) & (rng.random(len(home)) < 0.3)) | (
        (role == CHILD) & (rng.random(len(home)) < 0.08)
    )
    last = np.where(own, own_last[home], home_last[home]).astype(np.int32)
    first = _first_names(rng, female, words)
    birth = _births(rng, home, role, np.where(lone_child, 1, kids))
    people = People(home, role, female, birth, first, last, gym, _circles(rng, gym), words)
    _name_sons_after_fathers(rng, people)
    return people


def _name_sons_after_fathers(rng: np.random.Generator, people: People) -> None:
    """A few sons carry their father's whole name: the recipient is then not the purchaser."""
    sons = np.flatnonzero((people.role == CHILD) & ~people.female)
    for son in sons[rng.random(len(sons)) < 0.004].tolist():
        father = people.homes.of(people.household[son])[0]
        if people.role[father] == 0 and not people.female[father]:
            people.first[son], people.last[son] = people.first[father], people.last[father]


def plant_traps(people: People) -> list[int]:
    """Give lone adults of the first gym the surnames of names.TRAPS; their person numbers."""
    alone = np.diff(people.homes.start)[people.household] == 1
    usable = np.flatnonzero(alone & (people.role == 0) & (people.gym == 0) & (people.age >= 18))
    chosen = usable[: len(names.TRAPS)].tolist()
    for person, (first, last) in zip(chosen, names.TRAPS, strict=True):
        people.first[person] = people.words.code(first)
        people.last[person] = people.words.code(last)
        people.female[person] = first in names.FEMALE
    return chosen
