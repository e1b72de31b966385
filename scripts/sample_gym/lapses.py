"""Who leaves and when: commitment that two share, a price rise, and a partner who left."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from . import config
from .config import AS_OF_EPOCH, TYPES, Arguments
from .memberships import FROZEN, Memberships
from .people import People

EARLY = 90  # days after the partner left in which leaving is more likely
TOGETHER = 28  # days that two must have been members together to miss each other
RENEWED = 30  # a membership that starts within so many days of an end goes on
LOOSE = 3.0  # hazard of a loosely committed pair; half of the pairs are
PRICE_HAZARD, PRICE_DAYS = 2.5, 45
STAYS = {1.0: 0.25, LOOSE: 0.45}  # chance to leave when a prepaid term is over, by commitment
NEXT_TERM = 612  # what is bought after a prepaid term
MOVED = 0.15  # share of those who leave for a reason of their own because they move away
UNTIED = ("is_bcf", "is_team_dues", "is_fitness_only")


@dataclass
class Pairs:
    """Who misses whom: each person's partners, the closest first, and the pair's commitment."""

    partners: dict[int, tuple[int, ...]] = field(default_factory=dict)
    hazard: dict[int, float] = field(default_factory=dict)

    def add(self, person: int, partners: tuple[int, ...], hazard: float) -> None:
        """`person` misses any of `partners`."""
        self.partners[person] = partners
        self.hazard[person] = hazard


@dataclass
class Lapse:
    """One row of truth/lapses.csv; `partner` is -1 where no partner is the cause."""

    person: int
    day: int
    cause: str
    kind: str = "membership"
    partner: int = -1
    back: int = -1  # first visit after it, -1 for none


@dataclass
class Instance:
    """A membership as its holders' decisions see it."""

    kind: int
    gym: int
    roster: list[int]
    owner: int
    start: int
    end: int
    limit: float = -1.0  # hazard that is survived; below 0 the dates are fixed
    hazard: float = 0.0
    alone: float = 0.0  # the same without a partner's part in it
    is_over: bool = False

    @property
    def period(self) -> int:
        """Days from one decision to the next."""
        return config.PERIOD_DAYS[TYPES[self.kind].frequency]

    @property
    def rate(self) -> float:
        """Hazard of one period."""
        return self.period / (TYPES[self.kind].days * 1.5)


def find_pairs(args: Arguments, people: People, held: Memberships, friends: list) -> Pairs:
    """Two and two of the groups of friends, and most of the others who hold a solo membership."""
    rng, pairs = args.rng(41), Pairs()
    chosen: list[tuple[int, int]] = []
    third: list[tuple[int, tuple[int, int]]] = []
    home = people.household
    for group in friends:
        if len({int(home[person]) for person in group}) < len(group):
            continue
        chosen += [(group[place], group[place + 1]) for place in range(0, len(group) - 1, 2)]
        third += [(group[2], (group[0], group[1]))] if len(group) == 3 else []
    taken = {person for group in friends for person in group}
    fits = np.array([
        item.size == "solo" and item.frequency != "annual" and item.flag not in UNTIED
        for item in TYPES
    ])  # fmt: skip
    rows = np.flatnonzero(fits[held.type_index[held.roster_instance]])
    start = held.start[held.roster_instance[rows]]
    person = held.roster_person[rows]
    order = np.lexsort((start, person))
    order = order[np.append(True, np.diff(person[order]) != 0)]
    person, start = person[order], start[order]
    free = (people.age[person] >= 16) & ~np.isin(person, np.fromiter(taken, dtype=np.int64))
    free &= rng.random(len(person)) < 0.9
    person, start = person[free], start[free]
    order = np.lexsort((start + rng.normal(0, 20, len(start)), people.gym[person]))
    person = person[order].tolist()
    place = 0
    while place + 1 < len(person):
        one, two = person[place], person[place + 1]
        if people.gym[one] == people.gym[two] and home[one] != home[two]:
            chosen.append((one, two))
            place += 1
        place += 1
    loose = rng.random(len(chosen)) < 0.5
    for (one, two), is_loose in zip(chosen, loose.tolist(), strict=True):
        pairs.add(one, (two,), LOOSE if is_loose else 1.0)
        pairs.add(two, (one,), LOOSE if is_loose else 1.0)
    for person_, others in third:
        pairs.add(person_, others, pairs.hazard[others[0]])
    return pairs


class Lives:
    """Plays the decisions to leave in the order of time.

    Without a commitment, a price rise and a partner each ends as the lot had it: the hazards work
    on the clock, so that the same lot gives an earlier end.
    """

    def __init__(
        self, args: Arguments, held: Memberships, pairs: Pairs, settled: frozenset[int] | set[int]
    ) -> None:
        self.args, self.pairs, self.rng = args, pairs, args.rng(42)
        self.items: list[Instance] = []
        self.starts: dict[int, list[int]] = {}
        self.left: dict[int, int] = {}
        self.lapses: list[Lapse] = []
        self.queue: list[tuple[int, int]] = []
        self.early, self.later = [0, 0.0], [0, 0.0]  # lapses, and those expected without a partner
        rows = np.argsort(held.roster_instance, kind="stable")
        cut = np.searchsorted(held.roster_instance[rows], np.arange(len(held) + 1)).tolist()
        person = held.roster_person[rows].tolist()
        draw = self.rng.random(len(held))
        for row in range(len(held)):
            item = Instance(
                int(held.type_index[row]), int(held.gym[row]), person[cut[row] : cut[row + 1]],
                int(held.owner[row]), int(held.start[row]), int(held.end[row]),
            )  # fmt: skip
            kind = TYPES[item.kind]
            is_free = kind.frequency in ("bi_weekly", "monthly") and kind.size != "corporate"
            is_free &= kind.flag not in ("is_bcf", "is_team_dues")
            is_free &= not settled & {*item.roster}
            if is_free and held.planned[row] >= 0 and held.status[row] != FROZEN:
                periods = (int(held.planned[row]) - item.start) // item.period - 2
                rest = -np.log(1 - draw[row] * -np.expm1(-item.rate)) / item.rate
                item.limit = periods + min(float(rest), 0.999)
            self.enter(item)

    def enter(self, item: Instance) -> None:
        """A membership from its first day on."""
        self.items.append(item)
        for person in item.roster:
            self.starts.setdefault(person, []).append(item.start)
        first = item.end if item.limit < 0 else item.start + 2 * item.period
        if first < AS_OF_EPOCH:
            heapq.heappush(self.queue, (first, len(self.items) - 1))

    def sell(self, kind: int, gym: int, roster: list[int], owner: int, start: int) -> Instance:
        """A new membership, whose end is not yet known."""
        item = Instance(kind, gym, roster, owner, start, start)
        if TYPES[kind].frequency == "prepaid_3mo":
            item.end = start + 90
        else:
            item.limit = float(self.rng.exponential(1 / item.rate))
        self.enter(item)
        return item

    def missed(self, item: Instance, day: int) -> tuple[int, int]:
        """The partner who left last, and how many days ago; (-1, -1) for none."""
        best = (-1, -1)
        for partner in self.pairs.partners.get(item.roster[0], ()) if len(item.roster) == 1 else ():
            gone = self.left.get(partner, -1)
            both = max(min(self.starts[item.roster[0]]), min(self.starts[partner]))
            if both + TOGETHER <= gone < day and (best[0] < 0 or day - gone < best[1]):
                best = (partner, day - gone)
        return best

    def run(self) -> None:
        """Until the last day."""
        while self.queue:
            day, number = heapq.heappop(self.queue)
            item = self.items[number]
            partner, ago = self.missed(item, day)
            pull = self.args.contagion if 0 < ago <= EARLY else 1.0
            chance = 0.0
            if item.limit >= 0:
                chance = self.decide(item, number, day, partner, pull)
            elif item.roster[0] in self.pairs.partners and TYPES[item.kind].size == "solo":
                chance = self.decide_term(item, day, partner, pull)
            else:
                self.leave(item, day)
            if partner >= 0 and chance > 0:
                tally = self.early if ago <= EARLY else self.later
                tally[0] += item.is_over and self.left.get(item.roster[0]) == day
                tally[1] += chance

    def decide(self, item: Instance, number: int, day: int, partner: int, pull: float) -> float:
        """Whether a membership that runs ends with this period; its chance had no partner left."""
        rate = self.pairs.hazard.get(item.roster[0], 1.0) if len(item.roster) == 1 else 1.0
        if config.PRICE_RISE <= day < config.PRICE_RISE + PRICE_DAYS:
            rate *= PRICE_HAZARD
        chance = float(-np.expm1(-rate * item.rate))
        # the chance of a period is multiplied, not its hazard: days before and after compare
        more = rate if pull == 1 else float(-np.log1p(-min(0.95, chance * pull))) / item.rate
        item.hazard += more
        item.alone += rate
        if item.hazard > item.limit:
            self.leave(item, day, partner if pull > 1 and item.alone <= item.limit else -1)
        elif day + item.period < AS_OF_EPOCH:
            heapq.heappush(self.queue, (day + item.period, number))
        return chance

    def decide_term(self, item: Instance, day: int, partner: int, pull: float) -> float:
        """Whether somebody with a partner goes on after a term that was paid before; as above."""
        chance = STAYS[self.pairs.hazard[item.roster[0]]]
        lot = float(self.rng.random())
        goes = lot < chance * pull
        if any(day < start for start in self.starts[item.roster[0]]):
            self.leave(item, day)
            return 0.0
        is_prepaid = TYPES[item.kind].frequency == "prepaid_3mo"
        if is_prepaid and not goes:
            kind = next(place for place, type_ in enumerate(TYPES) if type_.type_id == NEXT_TERM)
            start = day + 1 + int(self.rng.integers(0, 14))
            self.sell(kind, item.gym, item.roster, item.owner, start)
        self.leave(item, day, partner if pull > 1 and lot >= chance else -1)
        return chance if is_prepaid else 0.0

    def leave(self, item: Instance, day: int, partner: int = -1) -> None:
        """The end of a membership: a lapse of all who hold no other one soon."""
        item.end, item.is_over = day, True
        for person in item.roster:
            if any(day < start <= day + RENEWED for start in self.starts[person]):
                continue
            self.left[person] = day
            cause = "partner" if partner >= 0 else "own"
            if partner < 0 and self.rng.random() < MOVED:
                cause = "moved"
            self.lapses.append(Lapse(person, day, cause, partner=partner))
