"""Day passes, punch passes and the parties that share them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from . import config
from .config import AS_OF_EPOCH, ENT, MEM, PRODUCTS, TYPES, Arguments
from .memberships import Memberships, active_instance
from .people import CHILD, People
from .visits import Visits, draw_days, draw_seconds, make_visits, open_hours

# Passes bought for others in one purchase: 1, 2, 3 ... of them.
GROUP_SIZES = np.array([1, 2, 3, 4, 5, 6, 7, 8, 10])
GROUP_SHARE = np.array([0.46, 0.26, 0.135, 0.076, 0.034, 0.016, 0.009, 0.006, 0.003])


@dataclass
class Purchases:
    """What was bought at the till or online; purchase_id is the position plus one."""

    buyer: list[int] = field(default_factory=list)  # person
    gym: list[int] = field(default_factory=list)
    product: list[int] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    day: list[int] = field(default_factory=list)

    def add(self, buyer: int, gym: int, product: int, count: int, day: int) -> int:
        """Position of a new purchase."""
        for column, value in (
            (self.buyer, buyer), (self.gym, gym), (self.product, product),
            (self.count, count), (self.day, day),
        ):  # fmt: skip
            column.append(int(value))
        return len(self.buyer) - 1

    def __len__(self) -> int:
        return len(self.buyer)


class Rows:
    """Visits collected one by one; `written` is 1 when the description names the buyer."""

    def __init__(self, parties: int = 0) -> None:
        self.columns: dict[str, list[int]] = {
            key: []
            for key in ("person", "gym", "day", "second", "method", "text", "purchase",
                        "written", "remaining", "party", "kind")
        }  # fmt: skip
        self.parties = parties

    def new_party(self) -> int:
        """Number of a party of its own."""
        self.parties += 1
        return self.parties - 1

    def add(self, **values: int) -> None:
        """One visit; remaining, purchase and written default to -1."""
        for key, column in self.columns.items():
            column.append(values.get(key, -1))

    def visits(self, rng: np.random.Generator) -> Visits:
        """All of it as columns, arrival times inside opening hours."""
        data = {key: np.array(column, dtype=np.int64) for key, column in self.columns.items()}
        second = open_hours(data["day"], data.pop("second"))
        us = second * 1_000_000 + rng.integers(0, 1_000_000, len(second))
        return make_visits(len(us), us=us, **data)


class PassDesk:
    """Sells passes and writes the visits made with them."""

    def __init__(self, args: Arguments, people: People, held: Memberships) -> None:
        self.args, self.people, self.held = args, people, held
        self.rng = args.rng(4)
        self.sold = Purchases()
        self.rows = Rows()
        self.text = [people.words.code(product.name) for product in PRODUCTS]
        self.member_text = [people.words.code(kind.name) for kind in TYPES]
        self.age = people.age
        member = np.zeros(len(people), dtype=bool)
        member[held.roster_person] = True
        self.member = member
        every = range(args.gyms)
        young = self.age < 14
        self.youths = [np.flatnonzero(young & ~member & (people.gym == gym)) for gym in every]
        self.adults = [np.flatnonzero(~young & ~member & (people.gym == gym)) for gym in every]
        self.busy: set[int] = set()
        self.closed = set(config.closed_days(args).tolist())

    # Who comes along ------------------------------------------------------------------

    def free_that_day(self, person: int, day: int) -> bool:
        """True once per person and day: nobody is in two parties."""
        key = person * 100_000 + day
        if key in self.busy:
            return False
        self.busy.add(key)
        return True

    def companions(self, lead: int, youth: bool, count: int, relatives: bool) -> list[int]:
        """Up to `count` people to come along: own household, then the circle, then the town."""
        people = self.people
        home = people.homes.of(people.household[lead]) if relatives else []
        circle = people.circles.of(people.circle[people.household[lead]])
        own = set(people.homes.of(people.household[lead]))
        others = [person for person in circle if person not in own]
        if others:
            turn = int(self.rng.integers(len(others)))
            others = others[turn:] + others[:turn]
        fits = [
            person
            for person in home + others
            if person != lead and (self.age[person] < 14) == youth and not self.member[person]
        ]
        if count >= 4 and len(fits) < count:  # a larger party asks school friends and colleagues
            town = self.youths[people.gym[lead]] if youth else self.adults[people.gym[lead]]
            more = town[self.rng.integers(0, len(town), count)].tolist() if len(town) else []
            known = {lead, *fits}
            fits += [person for person in dict.fromkeys(more) if person not in known]
        return fits[:count]

    def leads(self, size: int, family: bool, members: float) -> np.ndarray:
        """Adults who buy, int32[size]: with children or not, a few of them members."""
        people = self.people
        kids = np.bincount(
            people.household[(people.role == CHILD) & (self.age < 14)],
            minlength=len(people.household_gym),
        )
        adult = (people.role < CHILD) & (self.age >= 18)
        fits = adult & ((kids[people.household] > 0) if family else True)
        pool = np.flatnonzero(fits & ~self.member)
        regulars = np.flatnonzero(fits & self.member)
        chosen = self.rng.choice(pool, size=size)
        again = self.rng.random(size)
        chosen = np.where(again < 0.14, self.rng.permutation(chosen), chosen)
        if len(regulars):
            chosen = np.where(again > 1 - members, self.rng.choice(regulars, size=size), chosen)
        return chosen

    # Day passes for others --------------------------------------------------------------

    def transfer_parties(self) -> None:
        """One person buys for several: a parent for children, somebody for friends."""
        rng, size = self.rng, self.args.count(config.TRANSFER_PARTIES)
        group = rng.choice(GROUP_SIZES, size=size, p=GROUP_SHARE / GROUP_SHARE.sum())
        style = rng.random(size)
        day = draw_days(rng, self.args, size)
        second = draw_seconds(rng, day, 9, 20)
        family = self.leads(size, True, 0.06)
        adult = self.leads(size, False, 0.12)
        for place in range(size):
            youth = style[place] < 0.60
            lead = int(family[place] if youth else adult[place])
            self.party(
                lead, youth, int(group[place]), int(day[place]), int(second[place]),
                mixed=youth and style[place] < 0.07,
            )  # fmt: skip

    def party(
        self, lead: int, youth: bool, size: int, day: int, second: int, mixed: bool = False
    ) -> bool:
        """One purchase for `size` others who arrive together; False when nobody was free."""
        rng = self.rng
        gym = int(self.people.gym[lead])
        guests = [
            person
            for person in self.companions(lead, youth, size, relatives=True)
            if self.free_that_day(person, day)
        ]
        if not guests:
            return False
        draw = rng.random(6)
        product = (config.YOUTH_DAY, config.YOUTH_GEAR) if youth else (0, 1)
        product = product[int(draw[0] < 0.66)]
        if not youth and draw[0] > 0.985:
            product = config.BUDDY if draw[1] < 0.5 else config.FIRST_CLIMB
        bought = day if draw[1] < 0.74 else day - 1 - int(rng.integers(0, 20))
        bought = max(bought, self.args.first_day)
        joins = draw[2] < (0.62 if youth else 0.80) and self.free_that_day(lead, day)
        own_too = joins and not youth and not self.active(lead, day)
        count = len(guests) + int(own_too)
        purchase = self.sold.add(lead, gym, product, count, bought)
        left = count if draw[3] < 0.4 else 1  # one pass for several, or one pass each
        party = self.rows.parties
        self.rows.parties += 1
        clock = second
        common = {"gym": gym, "day": day, "party": party, "kind": config.DAYPASS, "method": ENT}
        if joins:
            self.lead_visit(lead, purchase if own_too else -1, product, left - 1, clock, common)
            left -= int(own_too and left > 1)
        for person in guests:
            clock += int(rng.exponential(50.0)) + 3
            self.rows.add(
                person=person, second=clock, text=self.text[product], purchase=purchase,
                written=1, remaining=left - 1, **common,
            )  # fmt: skip
            left -= int(left > 1)
        if mixed:
            self.partner_too(lead, clock + 20, day, common)
        return True

    def partner_too(self, lead: int, clock: int, day: int, common: dict[str, int]) -> None:
        """An adult pass for the other parent, from the same buyer on the same day."""
        for person in self.companions(lead, False, 1, relatives=True):
            if self.free_that_day(person, day):
                purchase = self.sold.add(lead, common["gym"], config.ADULT_GEAR, 1, day)
                self.rows.add(
                    person=person, second=clock, text=self.text[config.ADULT_GEAR],
                    purchase=purchase, written=1, remaining=0, **common,
                )  # fmt: skip

    def active(self, person: int, day: int) -> int:
        """Membership type index plus one of somebody who may enter as a member, else 0."""
        if not self.member[person]:
            return 0
        found = active_instance(self.held, np.array([person]), np.array([day]))[0]
        return 0 if found < 0 else int(self.held.type_index[found]) + 1

    def lead_visit(
        self, lead: int, purchase: int, product: int, left: int, clock: int, common: dict
    ) -> None:
        """The buyer's own check-in: as a member, with this purchase, or with an own pass."""
        member = self.active(lead, common["day"])
        if member:
            row = {**common, "method": MEM}
            self.rows.add(person=lead, second=clock, text=self.member_text[member - 1], **row)
            return
        if purchase < 0:
            product = config.ADULT_GEAR if self.rng.random() < 0.6 else config.ADULT_DAY
            purchase = self.sold.add(lead, common["gym"], product, 1, common["day"])
            left = 0
        self.rows.add(
            person=lead, second=clock, text=self.text[product], purchase=purchase,
            remaining=max(left, 0), **common,
        )  # fmt: skip

    # Own passes -------------------------------------------------------------------------

    def own_parties(self) -> None:
        """Visitors who pay for themselves, alone or two to four together."""
        rng, size = self.rng, self.args.count(config.OWN_PASS_PARTIES)
        pool = np.flatnonzero((self.age >= 14) & ~self.member)
        day = draw_days(rng, self.args, size)
        second = draw_seconds(rng, day, 8, 21)
        chosen = pool[(len(pool) * rng.random(size) ** 1.25).astype(np.int64)]
        group = rng.choice([0, 1, 2, 3], size=size, p=[0.56, 0.28, 0.11, 0.05])
        late = rng.random(size)
        for place in range(size):
            lead, today = int(chosen[place]), int(day[place])
            kids = late[place] < 0.16
            along = self.companions(lead, False, int(group[place]), relatives=True)
            if kids:
                along += self.companions(lead, True, 1 + int(group[place]), relatives=True)
            self.pay_for_themselves([lead, *along], today, int(second[place]))

    def pay_for_themselves(self, group: list[int], day: int, second: int) -> None:
        """Everybody with an own pass of the kind that suits age and hour."""
        rng, party = self.rng, self.rows.parties
        self.rows.parties += 1
        gym = int(self.people.gym[group[0]])
        if self.args.gyms > 1 and rng.random() < 0.03:
            gym = (gym + 1 + int(rng.integers(self.args.gyms - 1))) % self.args.gyms
        kind = config.DAYPASS if len(group) > 1 else config.SOLO
        for person in group:
            if not self.free_that_day(person, day):
                continue
            product = self.own_product(person, gym, day, second)
            lag = 0 if rng.random() < 0.85 else int(rng.integers(1, 15))
            bought = max(day - lag, self.args.first_day)
            purchase = self.sold.add(person, gym, product, 1, bought)
            self.rows.add(
                person=person, gym=gym, day=day, second=second, method=ENT,
                text=self.text[product], purchase=purchase, remaining=0, party=party, kind=kind,
            )  # fmt: skip
            second += int(rng.exponential(70.0)) + 4

    def own_product(self, person: int, gym: int, day: int, second: int) -> int:
        """Product of an own day visit."""
        draw = self.rng.random()
        if self.age[person] < 14:
            return config.YOUTH_GEAR if draw < 0.7 else config.YOUTH_DAY
        if draw < 0.03 and 10 * 3600 < second < 14 * 3600:
            return config.MIDDAY
        if draw < 0.03 and second > 19 * 3600:
            return config.NIGHT
        if 0.03 < draw < 0.0325:
            return config.WELCOME if gym == 0 else config.FIRST_CLIMB
        return config.ADULT_GEAR if draw < 0.68 else config.ADULT_DAY

    # Passes of several days ---------------------------------------------------------------

    def punch_passes(self) -> None:
        """Five climbs in sixty days: mostly the buyer's, sometimes shared, counted down."""
        rng, size = self.rng, self.args.count(config.PUNCH_PURCHASES)
        day = draw_days(rng, self.args, size)
        for lead, start in zip(self.leads(size, False, 0.04).tolist(), day.tolist(), strict=True):
            gym = int(self.people.gym[lead])
            purchase = self.sold.add(lead, gym, config.PUNCH_PASS, 5, start)
            sharing = rng.random() < 0.42
            friends = self.companions(lead, False, 3, relatives=rng.random() < 0.6)
            self.use_punches(lead, friends if sharing else [], purchase, gym, start)

    def use_punches(
        self, lead: int, friends: list[int], purchase: int, gym: int, start: int
    ) -> None:
        """Visits until the five climbs, the sixty days or the history are over."""
        rng, left, day = self.rng, 5, start
        while left and day <= min(start + 59, AS_OF_EPOCH) and rng.random() < 0.86:
            group = [] if friends and rng.random() < 0.22 else [lead]
            if friends and (not group or rng.random() < 0.75):
                group += friends[: int(rng.integers(1, len(friends) + 1))]
            party = self.rows.parties
            self.rows.parties += 1
            second = int(draw_seconds(rng, np.array([day]), 9, 21)[0])
            kind = config.PUNCH if len(group) > 1 else config.SOLO
            for person in group:
                if left and day not in self.closed and self.free_that_day(person, day):
                    left -= 1
                    self.rows.add(
                        person=person, gym=gym, day=day, second=second, method=ENT,
                        text=self.text[config.PUNCH_PASS], purchase=purchase, remaining=left,
                        written=-1 if person == lead else 1, party=party, kind=kind,
                    )  # fmt: skip
                    second += int(rng.exponential(45.0)) + 3
            day += 1 + int(rng.exponential(9.0))

    def multi_day_passes(self) -> None:
        """One week or two of visits; a few are handed on to somebody at home."""
        rng, size = self.rng, self.args.count(config.MULTI_DAY_PURCHASES)
        day = draw_days(rng, self.args, size)
        for lead, start in zip(self.leads(size, False, 0.0).tolist(), day.tolist(), strict=True):
            product = config.SEVEN_DAY if rng.random() < 0.13 else config.TWO_WEEK
            length = 7 if product == config.SEVEN_DAY else 14
            gym = int(self.people.gym[lead])
            purchase = self.sold.add(lead, gym, product, 1, start)
            handed = self.companions(lead, False, 1, True) if rng.random() < 0.015 else []
            person = handed[0] if handed else lead
            for today in range(start, min(start + length, AS_OF_EPOCH + 1)):
                visits = today == start or rng.random() < 0.2
                if not visits or today in self.closed or not self.free_that_day(person, today):
                    continue
                second = int(draw_seconds(rng, np.array([today]))[0])
                self.rows.add(
                    person=person, gym=gym, day=today, second=second, method=ENT,
                    text=self.text[product], purchase=purchase, party=self.rows.parties,
                    written=1 if handed else -1, kind=config.MULTI_DAY,
                    remaining=0 if product == config.SEVEN_DAY else -1,
                )  # fmt: skip
                self.rows.parties += 1


def pass_visits(
    args: Arguments, people: People, held: Memberships, traps: list[int]
) -> tuple[Visits, Purchases]:
    """All visits on passes of the desk, and what was sold; `traps` each buy for a friend."""
    desk = PassDesk(args, people, held)
    days = draw_days(desk.rng, args, len(traps))
    seconds = draw_seconds(desk.rng, days, 10, 19)
    for person, day, second in zip(traps, days.tolist(), seconds.tolist(), strict=True):
        for youth in (False, True):
            if desk.party(person, youth, 2, day, second):
                break
    desk.transfer_parties()
    desk.punch_passes()
    desk.multi_day_passes()
    desk.own_parties()
    return desk.rows.visits(desk.rng), desk.sold
