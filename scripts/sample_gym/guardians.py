"""Who buys for which child: parents again and again, and people who only seem to be parents."""

from __future__ import annotations

import numpy as np

from . import config
from .accounts import Accounts
from .config import ENT, Arguments
from .guests import unique_names
from .memberships import Memberships
from .passes import Purchases, Rows
from .people import CHILD, People
from .visits import Visits, draw_days, draw_seconds

DAY_US = config.DAY_US
PARENTS, AUNTS, SIBLINGS, SPLIT_HOMES, COACHES = 16, 8, 3, 6, 1  # at scale 1
COMES_ALONG = 0.7
COACHED = 10  # children for whom a coach buys


class Nursery:
    """Buys youth passes, and notes the traps."""

    def __init__(
        self, args: Arguments, people: People, held: Memberships, visits: Visits, book: Accounts,
        sold: Purchases, rows: Rows, busy: set[int],
    ) -> None:  # fmt: skip
        self.args, self.people, self.book = args, people, book
        self.sold, self.rows, self.busy = sold, rows, busy
        self.rng = args.rng(48)
        self.created = book.created_us[book.main]
        self.traps: dict[tuple[int, int], str] = {}  # child, adult -> trap
        self.parents: list[tuple[int, int]] = []  # child and parent of another household
        self.relations: list[tuple[int, int, str]] = []
        taken = np.zeros(len(people), dtype=bool)
        taken[held.roster_person] = True
        taken[held.owner] = True
        self.single = unique_names(people) & (book.other < 0)
        self.free = ~taken
        self.used: set[int] = set()
        self.size = np.diff(people.homes.start)[people.household]

    def count(self, at_scale_one: int) -> int:
        """How many in one gym."""
        return max(1, round(at_scale_one * self.args.visit_share))

    def buy(self, adult: int, children: list[int], times: int) -> int:
        """So many purchases on days when all children are free; how many succeeded."""
        people, rng, done = self.people, self.rng, 0
        latest = max(int(self.created[one]) for one in [adult, *children]) // DAY_US
        for day in draw_days(rng, self.args, times * 6).tolist():
            if done == times:
                break
            keys = {one * 100_000 + day for one in children}
            if day <= latest or not config.is_open(self.args, day) or keys & self.busy:
                continue
            self.busy |= keys
            gym = int(people.gym[children[0]])
            product = config.YOUTH_GEAR if rng.random() < 0.6 else config.YOUTH_DAY
            purchase = self.sold.add(adult, gym, product, len(children), day)
            second = int(draw_seconds(rng, np.array([day]), 10, 19)[0])
            party, left = self.rows.new_party(), len(children)
            for child in children:
                left -= 1
                self.rows.add(
                    person=child, gym=gym, day=day, second=second, method=ENT, purchase=purchase,
                    text=people.words.code(config.PRODUCTS[product].name), remaining=left,
                    written=people.words.code(self.book.name(int(self.book.main[adult]))),
                    party=party, kind=config.DAYPASS,
                )  # fmt: skip
                second += 3 + int(rng.exponential(50.0))
            if rng.random() < COMES_ALONG:
                self.come_along(adult, gym, day, second, party)
            done += 1
        return done

    def come_along(self, adult: int, gym: int, day: int, second: int, party: int) -> None:
        """The buyer climbs too, on a pass of the same day."""
        if adult * 100_000 + day in self.busy:
            return
        self.busy.add(adult * 100_000 + day)
        self.rows.add(
            person=adult, gym=gym, day=day, second=second, method=ENT, party=party,
            text=self.people.words.code(config.PRODUCTS[config.ADULT_DAY].name), remaining=0,
            purchase=self.sold.add(adult, gym, config.ADULT_DAY, 1, day), kind=config.DAYPASS,
        )  # fmt: skip

    def families(self, gym: int) -> list[tuple[list[int], list[int]]]:
        """Adults and children under 14 of households without a membership, in random order."""
        people, found = self.people, []
        homes = np.flatnonzero(people.household_gym == gym)
        for home in self.rng.permutation(homes).tolist():
            members = people.homes.of(home)
            if len(members) < 2 or not self.free[members].all() or self.used & {*members}:
                continue
            grown = [one for one in members if people.role[one] != CHILD and self.single[one]]
            young = [one for one in members if people.role[one] == CHILD and people.age[one] < 14]
            if grown and young:
                found.append((grown, young))
        return found

    def plant(self, gym: int) -> None:
        """All of one gym."""
        people, rng, families = self.people, self.rng, self.families(gym)
        alone = (
            (self.size == 1) & (people.role == 0) & self.free & self.single & (people.gym == gym)
        )
        alone &= people.age >= 24
        lone = rng.permutation(np.flatnonzero(alone)).tolist()
        for grown, young in families[: self.count(PARENTS)]:
            self.buy(grown[0], young, int(rng.integers(3, 6)))
        families = families[self.count(PARENTS) :]
        for number in range(self.count(SPLIT_HOMES)):
            if not families or not lone:
                break
            grown, young = families.pop()
            other = lone.pop()
            if self.buy(other, young, int(rng.integers(4, 7))):
                self.buy(grown[0], young, 2)
                for child in young:
                    self.parents.append((child, other))
                    if number % 2 == 0:
                        self.relations += [(child, other, "PRE"), (other, child, "CHI")]
        self.aunts(families, lone)
        for _ in range(self.count(COACHES)):
            # those who are known longest, so that there is a day on which all are
            families.sort(key=lambda family: int(self.created[family[1][0]]))
            team = [young[0] for _, young in families[:COACHED]]
            if lone and len(team) == COACHED:
                coach = min(lone, key=lambda one: int(self.created[one]))
                lone.remove(coach)
                if self.buy(coach, team, 2):
                    self.traps |= {(child, coach): "coach" for child in team}
                families = families[COACHED:]
        self.siblings(gym)

    def aunts(self, families: list, lone: list[int]) -> None:
        """Somebody of the family's name, where there is one, buys once for its children."""
        people = self.people
        by_name: dict[int, list[int]] = {}
        for one in lone:
            by_name.setdefault(int(people.last[one]), []).append(one)
        related = [
            (young, by_name[int(people.last[young[0]])][0]) for _, young in families
            if int(people.last[young[0]]) in by_name
        ]  # fmt: skip
        other = [(young, one) for (_, young), one in zip(families, lone, strict=False)]
        wanted, aunts = self.count(AUNTS), set()
        for young, aunt in related[:wanted] + other[: max(0, wanted - len(related))]:
            if aunt not in aunts and self.buy(aunt, young[:2], 1):
                aunts.add(aunt)
                self.traps |= {(child, aunt): "aunt" for child in young[:2]}
        lone[:] = [one for one in lone if one not in aunts]
        visited = {young[0] for young, _ in related}
        families[:] = [family for family in families if family[1][0] not in visited]

    def siblings(self, gym: int) -> None:
        """Brothers and sisters who came of age buy for the younger ones, as a parent would."""
        people, done = self.people, 0
        for person in np.flatnonzero(self.grown_up & (people.gym == gym)).tolist():
            young = [
                one for one in people.homes.of(people.household[person])
                if people.role[one] == CHILD and people.age[one] < 14
            ]  # fmt: skip
            if not self.free[young].all():
                continue
            if done < self.count(SIBLINGS) and self.single[person] and self.buy(person, young, 2):
                done += 1
            self.traps |= {(child, person): "sibling" for child in young}
            if done % 2:
                self.relations += [(person, child, "SIB") for child in young]
                self.relations += [(child, person, "SIB") for child in young]

    grown_up = np.zeros(0, dtype=bool)


def let_some_come_of_age(args: Arguments, people: People) -> np.ndarray:
    """Make the eldest of a few households with younger children 18 or 19; who they are, bool[n]."""
    rng, chosen = args.rng(49), np.zeros(len(people), dtype=bool)
    eldest = np.flatnonzero((people.role == CHILD) & (people.age >= 16))
    for gym in range(args.gyms):
        here, done = rng.permutation(eldest[people.gym[eldest] == gym]).tolist(), 0
        for person in here:
            home = people.homes.of(people.household[person])
            young = [one for one in home if people.role[one] == CHILD and people.age[one] < 14]
            if young and people.role[home[0]] != CHILD and people.age[home[0]] >= 40:
                chosen[person] = True
                done += 1
            if done == max(1, round(2 * SIBLINGS * args.visit_share)):
                break
    people.birth[chosen] -= 730
    people.age[chosen] += 2
    return chosen
