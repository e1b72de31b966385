"""Guests, and which of them come again, buy a pass of their own and become members."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

import numpy as np

from . import config
from .accounts import Accounts
from .config import AS_OF_EPOCH, DAY_US, ENT, GUE, MEM, TYPES, Arguments
from .lapses import LOOSE, Lives
from .memberships import Memberships, active_instance
from .passes import Purchases, Rows
from .people import People, group_lists
from .visits import Visits, draw_seconds

ENTRY_KINDS = ("guest_pass", "shared_pass", "day_pass", "free_or_event")
JOINS = np.array(
    [0.22, 0.10, 0.028, 0.02]
)  # chance to become a member in the end, alone, in spring
RETURNS = np.array([0.22, 0.15, 0.02, 0.03])  # chance to come again on an own pass, and no more
BY_QUARTER = np.array([1.1, 1.0, 0.85, 1.05])
BY_PARTY = np.array([1.1, 1.0, 0.85])  # alone, two, three and more
CHILD_JOINS = 0.3
WAIT = 35.0  # mean days from the first visit to the membership, after three
BETTER, WORSE = 2.0, 0.4
HOST_SHARES = (0.07, 0.14)  # of all hosts: better, better or worse
BRINGERS = (38, 34, 30, 26, 18, 14, 12, 10)  # guests of those who bring many, at scale 1
FORMER = 8  # members who had left and come on somebody's guest pass


def unique_names(people: People) -> np.ndarray:
    """People whose whole name nobody else has, bool[n]."""
    keys = list(zip(people.first.tolist(), people.last.tolist(), strict=True))
    many = Counter(keys)
    return np.array([many[key] == 1 for key in keys])


class GuestDesk:
    """Brings guests along, and tells which of them join."""

    def __init__(
        self, args: Arguments, people: People, book: Accounts, sold: Purchases, rows: Rows
    ) -> None:
        self.args, self.people, self.book, self.sold, self.rows = args, people, book, sold, rows
        rng = args.rng(46)
        lot = rng.random(len(people))
        self.multiplier = np.where(lot < HOST_SHARES[0], BETTER, 1.0)
        self.multiplier[(lot >= HOST_SHARES[0]) & (lot < HOST_SHARES[1])] = WORSE
        self.rng = rng
        self.busy: set[int] = set()
        self.created = book.created_us[book.main]
        self.guest_text = people.words.code(config.GUEST_PASS)

    def bring(self, visits: Visits, row: int, guest: int) -> bool:
        """A guest with the member of a visit; False where the guest is not free or not known."""
        host, day = int(visits.person[row]), int(visits.day[row])
        second = int(visits.us[row]) // 1_000_000 + 5 + int(self.rng.exponential(150.0))
        if guest * 100_000 + day in self.busy or self.created[guest] >= day * DAY_US:
            return False
        self.busy.add(guest * 100_000 + day)
        self.rows.add(
            person=guest, gym=int(visits.gym[row]), day=day, second=second, method=GUE,
            text=self.guest_text, purchase=host, party=int(visits.party[row]), kind=config.GUEST,
            written=self.people.words.code(self.book.name(int(self.book.main[host]))),
        )  # fmt: skip
        return True

    def bring_many(self, held: Memberships, visits: Visits, lives: Lives) -> None:
        """Hosts with many guests who never came before, and former members as guests."""
        rng, people = self.rng, self.people
        self.busy = set((visits.person.astype(np.int64) * 100_000 + visits.day).tolist())
        climbing = np.flatnonzero((visits.method == MEM) & (people.age[visits.person] >= 18))
        of_host = group_lists(visits.person[climbing], len(people))
        often = np.diff(of_host.start) >= 25
        hosts = np.flatnonzero(often & unique_names(people) & (self.book.other < 0))
        came = np.bincount(visits.person, minlength=len(people)) > 0
        came[held.roster_person] = True
        came[held.owner] = True
        for gym in range(self.args.gyms):
            here = rng.permutation(hosts[people.gym[hosts] == gym]).tolist()
            spare = np.flatnonzero(~came & (people.gym == gym) & (people.age >= 8))
            spare = deque(rng.permutation(spare).tolist())
            for place, wanted in enumerate(BRINGERS):
                if not here:
                    break
                host = here.pop()
                self.multiplier[host] = (BETTER, 1.0, WORSE, 1.0)[place % 4]
                rows = climbing[np.array(of_host.of(host))]
                for _ in range(max(2, round(wanted * self.args.visit_share))):
                    row, tried = int(rows[int(rng.integers(len(rows)))]), 0
                    while spare and tried < 20 and not self.bring(visits, row, spare[-1]):
                        spare.rotate()
                        tried += 1
                    if spare and tried < 20:
                        spare.pop()
            self.bring_former(
                gym, visits, lives, climbing[people.gym[visits.person[climbing]] == gym]
            )

    def bring_former(self, gym: int, visits: Visits, lives: Lives, climbing: np.ndarray) -> None:
        """Members who had left come with somebody: guests by their pass, but nobody's find."""
        wanted = max(1, round(FORMER * self.args.visit_share))
        gone = [item for item in lives.lapses if self.people.gym[item.person] == gym]
        for item in gone[:: max(1, len(gone) // wanted)][:wanted]:
            later = climbing[visits.day[climbing] > item.day + 40]
            later = later[visits.person[later] != item.person]
            if len(later) and max(lives.starts[item.person]) < item.day:
                self.bring(visits, int(later[int(self.rng.integers(len(later)))]), item.person)

    def own_pass(self, person: int, day: int) -> None:
        """A visit on a pass of one's own."""
        people, rng = self.people, self.rng
        if day > AS_OF_EPOCH or not config.is_open(self.args, day):
            return
        if person * 100_000 + day in self.busy:
            return
        self.busy.add(person * 100_000 + day)
        gym, youth = int(people.gym[person]), people.age[person] < 14
        product = config.YOUTH_GEAR if youth else config.ADULT_GEAR
        product -= int(rng.random() < 0.35)
        purchase = self.sold.add(person, gym, product, 1, day)
        self.rows.add(
            person=person, gym=gym, day=day, method=ENT, purchase=purchase, remaining=0,
            second=int(draw_seconds(rng, np.array([day]), 9, 20)[0]), kind=config.SOLO,
            text=people.words.code(config.PRODUCTS[product].name), party=self.rows.new_party(),
        )  # fmt: skip


@dataclass
class Guests:
    """First visits of people who were nobody's member before, one entry each."""

    person: np.ndarray
    day: np.ndarray
    kind: np.ndarray  # position in ENTRY_KINDS
    host: np.ndarray  # -1 where there is none, or nobody of the gym's customers
    party: np.ndarray  # people
    by_host: np.ndarray  # joined, and would not have with an ordinary host


def first_visits(
    people: People, held: Memberships, visits: Visits, sold: Purchases, dirt: np.ndarray
) -> Guests:
    """Who came first on somebody's pass, on an own one, or for nothing."""
    order = np.lexsort((visits.time_us(), visits.person))
    order = order[np.append(True, np.diff(visits.person[order]) != 0)]
    person, day, method = visits.person[order], visits.day[order], visits.method[order]
    since = np.full(len(people), 1 << 40)
    np.minimum.at(since, held.roster_person, held.start[held.roster_instance])
    keep = (method != MEM) & (since[person] > day)
    order, person, day, method = order[keep], person[keep], day[keep], method[keep]
    shared = (method == ENT) & (visits.written[order] >= 0)
    shared &= ~np.isin(dirt[order], ("self", "not_a_person"))
    kind = np.select([method == GUE, shared, method == ENT], [0, 1, 2], 3)
    buyer = np.array(sold.buyer)[np.where(shared, visits.purchase[order], 0)]
    host = np.select([kind == 0, kind == 1], [visits.purchase[order], buyer], -1)
    together = np.bincount(visits.party)[visits.party[order]]
    size = np.where(kind == 3, 1, together)
    return Guests(person, day, kind, host, size, np.zeros(len(person), dtype=bool))


def join_up(
    desk: GuestDesk, people: People, held: Memberships, guests: Guests, lives: Lives
) -> dict[int, int]:
    """Let guests join by lot; the host of each new member who has one that is a member."""
    rng = desk.args.rng(47)
    lot = rng.random((7, len(people)))[:, guests.person]
    month = guests.day.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    age = people.age[guests.person]
    times = np.where(guests.host >= 0, desk.multiplier[np.maximum(guests.host, 0)], 1.0)
    plain = JOINS[guests.kind] * BY_QUARTER[month // 3] * BY_PARTY[np.minimum(guests.party, 3) - 1]
    plain = plain * np.where(age < 18, CHILD_JOINS, 1.0)
    joins = lot[0] < plain * times
    wait = 3 + (-np.log(lot[1]) * WAIT).astype(np.int64)
    when = guests.day + wait
    member = np.zeros(len(people), dtype=bool)
    member[held.roster_person] = True
    hosts: dict[int, int] = {}
    new: set[int] = set()
    for place in np.flatnonzero(joins & (when < AS_OF_EPOCH)).tolist():
        person, day = int(guests.person[place]), int(when[place])
        sale = _membership(people, person, lot[2][place], lot[3][place])
        if sale is None:
            continue
        number, roster, owner = sale
        family = len(roster) > 1
        known = max(int(desk.created[one]) // DAY_US for one in {*roster, owner})
        if (family and member[people.homes.of(people.household[person])].any()) or member[person]:
            continue
        if known >= day or new & {*roster}:
            continue
        new |= {*roster}
        member[roster] = True
        guests.by_host[place] = times[place] > 1 and lot[0][place] >= plain[place]
        host, since = int(guests.host[place]), int(guests.day[place])
        if lot[4][place] < 0.75 and wait[place] > 4:
            desk.own_pass(person, since + 1 + int(lot[5][place] * (wait[place] - 2)))
        lives.sell(number, int(people.gym[person]), roster, owner, day)
        if (
            host >= 0
            and not family
            and active_instance(held, np.array([host]), np.array([day]))[0] >= 0
        ):
            hosts[person] = host
            lives.pairs.add(person, (host,), LOOSE if lot[6][place] < 0.5 else 1.0)
    again = ~joins & (lot[4] < RETURNS[guests.kind] * np.where(age < 18, 0.5, 1.0))
    for place in np.flatnonzero(again).tolist():
        day = int(guests.day[place]) + 4 + int(-np.log(lot[5][place]) * 25)
        desk.own_pass(int(guests.person[place]), day)
        if lot[6][place] < 0.3:
            desk.own_pass(int(guests.person[place]), day + 12)
    return hosts


def _membership(people: People, person: int, lot: float, turn: float):
    """What somebody buys: type number, for whom, and the owner; None for nothing."""
    by_id = {kind.type_id: place for place, kind in enumerate(TYPES)}
    home = people.homes.of(people.household[person])
    age = int(people.age[person])
    grown = [one for one in home if people.age[one] >= 18]
    if age >= 18:
        if age <= 24 and turn < 0.4:
            return by_id[630], [person], person
        ids = (612, 620, 613, 633)
        return by_id[ids[int(np.searchsorted((0.55, 0.85, 0.95), lot))]], [person], person
    if not grown:
        return None
    if age >= 11:
        return by_id[631], [person], grown[0]
    if len(home) == 2:
        return by_id[615], home, grown[0]
    return by_id[617 if lot < 0.6 else 621], home[:6], grown[0]
