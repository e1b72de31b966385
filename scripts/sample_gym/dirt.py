"""What goes wrong with purchasers' names between the till and the description."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from . import config, names
from .accounts import Accounts
from .config import ENT, GUE, Arguments
from .passes import Purchases
from .people import CHILD, People
from .visits import Visits

NAMESAKES = ("namesake_checkin", "namesake_relation", "namesake_unresolvable", "namesake_son")
# Share of purchasers whose name is written this way; each kind occurs at least once.
RATES = {
    "accents": 0.006,
    "half_name": 0.004,
    "suffix": 0.004,
    "parenthesis": 0.004,
    "nickname": 0.009,
    "self": 0.002,
    "not_a_person": 0.003,
    "ghost": 0.004,
    "ghost_similar": 0.002,
    "typo": 0.011,
    "case": 0.009,
    "spaces": 0.008,
    "initial": 0.008,
    "old_name": 0.006,
    "swapped": 0.004,
    "fmt_capital_from": 0.001,
    "fmt_lower_all": 0.001,
}
NOT_PEOPLE = (
    "Day Pass imported from Groupon (0 remaining)",
    "Day Pass (Adult 14 and Up) from Front Desk (0 remaining)",
    "Day Pass transferred from old system (0 remaining)",
)


@dataclass
class Writing:
    """How each purchaser's name was written; groups are purchases or hosts of guests."""

    dirt: np.ndarray  # per visit, unicode, "" when no name is written
    text: dict[int, str] = field(default_factory=dict)  # whole description of odd visits
    ghosts: dict[int, str] = field(default_factory=dict)  # purchase -> name of nobody


def plant_namesakes(
    args: Arguments, people: People, visits: Visits, sold: Purchases, keep: list[int]
) -> tuple[dict[int, str], list[int]]:
    """Give other people the names of some buyers.

    Returns the kind of each chosen purchase and the households whose relations must be on record.
    """
    rng = args.rng(11)
    wanted = max(1, round(6 * args.gyms * args.visit_share))
    present = set(zip(visits.person.tolist(), visits.day.tolist(), strict=True))
    buyers = np.array(sold.buyer)
    busy = np.zeros(len(people), dtype=bool)
    busy[buyers] = True
    busy[keep] = True
    busy[visits.purchase[visits.method == GUE]] = True
    size = np.diff(people.homes.start)[people.household]
    spare = np.flatnonzero((size == 1) & (people.role == 0) & ~busy).tolist()
    spare = [spare[place] for place in rng.permutation(len(spare)).tolist()]
    rows = np.flatnonzero((visits.method == ENT) & (visits.written >= 0))
    chosen: dict[int, str] = {}
    recorded: list[int] = []
    count = dict.fromkeys(NAMESAKES, 0)
    used: set[int] = set(keep)
    for row in rng.permutation(rows).tolist():
        purchase = int(visits.purchase[row])
        buyer, user, day = int(buyers[purchase]), int(visits.person[row]), int(visits.day[row])
        home = int(people.household[buyer])
        came, related = (buyer, day) in present, home == people.household[user]
        kind = NAMESAKES[0 if came else 1 if related else 2]
        if buyer in used:
            continue
        if _may_be_junior(people, buyer, user) and count["namesake_son"] * 4 < wanted:
            people.first[user], people.last[user] = people.first[buyer], people.last[buyer]
            used.update((buyer, user))
            count["namesake_son"] += 1
            chosen[purchase] = "namesake_son"
            continue
        if count[kind] >= wanted or not spare:
            continue
        other = spare.pop()
        if people.gym[other] != people.gym[buyer] or (other, day) in present:
            continue
        people.first[other], people.last[other] = people.first[buyer], people.last[buyer]
        people.female[other] = people.female[buyer]
        used.add(buyer)
        count[kind] += 1
        chosen[purchase] = kind
        recorded += [home] if kind == "namesake_relation" else []
    return chosen, recorded


def _may_be_junior(people: People, buyer: int, user: int) -> bool:
    """True when the recipient is a son of the buyer."""
    same_home = people.household[buyer] == people.household[user]
    men = not people.female[buyer] and not people.female[user]
    return bool(same_home and men and people.role[buyer] != CHILD and people.role[user] == CHILD)


def _typo(rng, text: str) -> str:
    """One slip of the finger inside a name: swapped, lost, doubled or neighbouring letter."""
    place = 1 + int(rng.integers(max(1, len(text) - 3)))
    slip = int(rng.integers(4))
    head, here, tail = text[:place], text[place], text[place + 1 :]
    if slip == 0 and tail and tail[0] != here:
        return head + tail[0] + here + tail[1:]
    if slip == 1 and here != " ":
        return head + tail
    if slip == 2:
        return head + here + here + tail
    return head + ("e" if here != "e" else "a") + tail


def _eligible(kind: str, first: str, last: str) -> bool:
    """Whether a name can be written in the given way."""
    if kind == "accents":
        return names.ascii_fold(first + last) != first + last
    if kind in ("nickname", "parenthesis"):
        return first in names.NICKNAMES
    if kind == "half_name":
        return "-" in last or (" " in last and last[0].isupper() and "." not in last)
    if kind == "suffix":
        return "." not in last and "I" not in last
    return first == first.strip()


def _rewrite(rng, kind: str, first: str, last: str, other: str) -> str:
    """The name as written; `other` is an unrelated surname."""
    nick = names.NICKNAMES.get(first, first)
    plain = f"{first} {last}"
    match kind:
        case "accents":
            return names.ascii_fold(plain)
        case "half_name":
            return f"{first} {last.replace('-', ' ').split(' ')[0]}"
        case "suffix":
            return plain + (" Jr.", " III", " Jr")[int(rng.integers(3))]
        case "parenthesis":
            return f"{first} ({nick}) {last}"
        case "nickname":
            return f"{nick} {last}"
        case "typo":
            return _typo(rng, plain)
        case "case":
            return plain.upper() if rng.random() < 0.5 else plain.lower()
        case "spaces":
            return f"{first}  {last}" if rng.random() < 0.6 else plain + " "
        case "initial":
            middle = f"{first} {'ABCDEJKLMRST'[int(rng.integers(12))]}. {last}"
            return f"{first[0]}. {last}" if rng.random() < 0.4 else middle
        case "old_name":
            return f"{first} {other}"
        case "swapped":
            return f"{last}, {first}"
        case _:
            return plain


class NameWriter:
    """Writes each group's name once and labels what happened to it."""

    def __init__(
        self, args: Arguments, people: People, accounts: Accounts, visits: Visits, sold: Purchases
    ) -> None:
        self.rng = args.rng(12)
        self.people, self.accounts, self.visits, self.sold = people, accounts, visits, sold
        named = np.flatnonzero(visits.written >= 0)
        guest = visits.method[named] == GUE
        # Positive groups are purchases, negative ones hosts: -1 - person.
        group = np.where(guest, -1 - visits.purchase[named], visits.purchase[named])
        self.rows: dict[int, list[int]] = {}
        for row, key in zip(named.tolist(), group.tolist(), strict=True):
            self.rows.setdefault(key, []).append(row)
        self.uses = np.bincount(
            visits.purchase[(visits.purchase >= 0) & (visits.method == ENT)], minlength=len(sold)
        )
        self.known = {accounts.name(row).casefold() for row in range(len(accounts))}
        self.done = Writing(np.full(len(visits), "", dtype="U24"))

    def buyer_record(self, group: int) -> int:
        """Customer record of a group's purchaser."""
        person = -1 - group if group < 0 else self.sold.buyer[group]
        return int(self.accounts.main[person])

    def label(self, group: int, kind: str, name: str) -> None:
        """Write `name` on all visits of a group."""
        rows = self.rows[group]
        self.visits.written[rows] = self.people.words.code(name)
        self.done.dirt[rows] = kind

    def single_ticket(self, group: int) -> bool:
        """True for a purchase with one use in all: nobody else is touched by changing it."""
        return group >= 0 and self.uses[group] == 1

    def fits(self, kind: str, group: int) -> bool:
        """Whether a group can take a kind of dirt."""
        if kind in ("self", "not_a_person", "ghost", "ghost_similar", "fmt_lower_all"):
            if not self.single_ticket(group):
                return False
            return self.sold.product[group] != config.PUNCH_PASS
        if kind == "fmt_capital_from" and group < 0:
            return False
        record = self.buyer_record(group)
        return _eligible(kind, self.accounts.first[record], self.accounts.last[record])

    def spoil(self, group: int, kind: str, number: int) -> None:
        """Apply one kind of dirt to one group."""
        record, row = self.buyer_record(group), self.rows[group][0]
        first, last = self.accounts.first[record], self.accounts.last[record]
        user = int(self.accounts.main[self.visits.person[row]])
        pool = names.surname_pool(0)
        other = pool[int(self.rng.integers(len(pool)))]
        if kind == "self":
            self.sold.buyer[group] = int(self.visits.person[row])
            self.label(group, kind, self.accounts.name(user))
        elif kind == "not_a_person":
            self.label(group, kind, "")
            self.done.text[row] = NOT_PEOPLE[number % len(NOT_PEOPLE)]
            self.sold.buyer[group] = -1
        elif kind in ("ghost", "ghost_similar"):
            surname = self.accounts.last[user] if kind == "ghost_similar" else other
            self.haunt(group, kind, surname)
        else:
            self.label(group, kind, _rewrite(self.rng, kind, first, last, other))

    def haunt(self, group: int, kind: str, surname: str) -> None:
        """A purchaser who is nobody's customer."""
        pool = names.FEMALE + names.MALE
        name = f"Wilhelmina {surname}"
        for _ in range(50):
            tried = f"{pool[int(self.rng.integers(len(pool)))]} {surname}"
            if tried.casefold() not in self.known:
                name = tried
                break
        self.sold.buyer[group] = -1
        self.done.ghosts[group] = name
        self.label(group, kind, name)

    def write(self, reserved: dict[int, str], traps: set[int]) -> Writing:
        """All names; `reserved` purchases stay clean and keep their label."""
        order = [list(self.rows)[place] for place in self.rng.permutation(len(self.rows))]
        free = [
            group
            for group in order
            if group not in reserved and (group < 0 or self.sold.buyer[group] not in traps)
        ]
        spoiled: set[int] = set()
        for kind, rate in RATES.items():
            wanted = max(1, round(rate * len(self.rows)))
            usable = [group for group in free if group not in spoiled and self.fits(kind, group)]
            for number, group in enumerate(usable[:wanted]):
                self.spoil(group, kind, number)
                spoiled.add(group)
        for group in order:
            if group not in spoiled:
                name = self.accounts.name(self.buyer_record(group))
                self.label(group, reserved.get(group, "clean"), name)
        return self.done


def relations(
    args: Arguments, people: People, visits: Visits, forced: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person, related person and kind (CHI, PRE, SIB, SPO) of the relations on record.

    Families who come are on record more often than those who only signed a waiver.
    """
    rng = args.rng(13)
    size = np.diff(people.homes.start)
    came = np.zeros(len(size), dtype=bool)
    came[people.household[visits.person]] = True
    kept = (rng.random(len(size)) < np.where(came, 0.33, 0.2)) & (size > 1)
    kept[forced] = True
    left, right = [], []
    for home in np.flatnonzero(kept).tolist():
        members = people.homes.of(home)
        for one in members:
            left += [one] * (len(members) - 1)
            right += [two for two in members if two != one]
    one, two = np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
    child, of_child = people.role[one] == CHILD, people.role[two] == CHILD
    kind = np.select([child & of_child, child, of_child], ["SIB", "PRE", "CHI"], "SPO")
    forced_home = np.isin(people.household[one], forced)
    keep = (rng.random(len(one)) < 0.96) | forced_home
    keep &= (kind != "SPO") | (rng.random(len(one)) < 0.8) | forced_home
    return one[keep], two[keep], kind[keep]
