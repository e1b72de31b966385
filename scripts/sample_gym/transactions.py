"""Payments: passes online and at the desk, membership dues, retail, refunds."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from . import config
from .accounts import Accounts
from .config import AS_OF_EPOCH, ENT, PRODUCTS, TYPES, Arguments
from .memberships import Memberships
from .passes import Purchases
from .people import People
from .planted import Planted
from .visits import Visits

STRIPE, SQUARE = "Stripe", "Square"
RETAIL = (
    ("Shoe Rental", 600), ("Harness Rental", 500), ("Chalk Bag", 2400), ("Energy Bar", 325),
    ("Sparkling Water", 275), ("T-Shirt", 2800), ("Coffee", 350), ("Locker", 300),
    ("Climbing Shoes", 11900), ("Finger Tape", 450), ("Belay Class", 2500),
    ("Punch Card Sleeve", 150),
)  # fmt: skip
TAX = 0.0825
NAMELESS = ("Day Pass", "No Name", "")


@dataclass
class Payments:
    """One entry per row of the transactions export, by date."""

    transaction_id: list[str]
    description: list[str]
    name: list[str]
    category: list[str]
    source: np.ndarray
    day: np.ndarray
    cents: np.ndarray  # before tax
    passes: np.ndarray
    youth: np.ndarray
    email: list[str]
    stripe_customer: list[str]
    size: list[str]
    frequency: list[str]
    founder: np.ndarray
    fitness: np.ndarray
    purchase: np.ndarray  # position of the purchase paid, -1
    payer: np.ndarray  # person, -1 unknown or nobody
    instance: np.ndarray  # membership instance paid, -1
    evidence: list[str]  # what plant_cards made of it

    def __len__(self) -> int:
        return len(self.day)


class _Ledger:
    """Rows in any order, as lists by column."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []

    def add(
        self, day: int, source: str, category: str, description: str, name: str, cents: int,
        passes: int = 0, payer: int = -1, purchase: int = -1, mail: bool = False, kind: int = -1,
        youth: bool = False, instance: int = -1,
    ) -> None:  # fmt: skip
        """One payment."""
        self.rows.append((int(day), source, category, description, name, int(cents), int(passes),
                          int(payer), int(purchase), mail, kind, youth, int(instance)))  # fmt: skip


def _payer(people: People, person: int, age: np.ndarray) -> int:
    """Who pays for a person: children's passes are paid by the first adult at home."""
    if person < 0 or age[person] >= 16:
        return person
    return people.homes.of(people.household[person])[0]


def _pass_rows(rng, people: People, sold: Purchases, first: int, ghosts, ledger: _Ledger) -> None:
    """Passes: one row for several or one each; a few were paid in cash and left no row."""
    age = people.age
    draw = rng.random((6, len(sold)))
    for purchase in range(first, len(sold)):
        product, buyer = PRODUCTS[sold.product[purchase]], sold.buyer[purchase]
        if product.cents == 0 or draw[0][purchase] < 0.06:
            continue
        payer = _payer(people, buyer, age)
        if payer < 0 and purchase not in ghosts:
            continue
        name = ghosts[purchase] if payer < 0 else people.full_name(payer)
        if draw[5][purchase] < 0.03 and payer >= 0:
            name = _card_name(people, payer, name, draw[5][purchase])
        online = draw[1][purchase] < 0.47
        count = 1 if product.punch else sold.count[purchase]
        rows = count if online and draw[2][purchase] < 0.5 else 1
        if not online and draw[3][purchase] < 0.80:
            name = NAMELESS[int(np.searchsorted((0.5, 0.62), draw[3][purchase]))]
        text = f"Capitan entry pass: {product.name}" if online else product.name
        for _ in range(rows):
            ledger.add(
                sold.day[purchase], STRIPE if online else SQUARE, "Day Pass", text, name,
                product.cents * (count // rows), count // rows, payer, purchase,
                online and draw[4][purchase] < 0.86, youth=product.youth,
            )  # fmt: skip


def _card_name(people: People, payer: int, name: str, draw: float) -> str:
    """The name on the card: upper case, or the other adult's."""
    home = people.homes.of(people.household[payer])
    if draw < 0.015 and len(home) > 1 and people.role[home[1]] == 1:
        return people.full_name(home[0] if home[1] == payer else home[1])
    return name.upper()


def _dues(
    args: Arguments, rng, people: People, held: Memberships, first_row: int, ledger: _Ledger
) -> None:
    """First payment and renewals of every instance that costs something."""
    for row in range(first_row, len(held)):
        kind = TYPES[held.type_index[row]]
        if kind.amount == 0:
            continue
        period = config.PERIOD_DAYS[kind.frequency]
        owner, number = int(held.owner[row]), held.instance_id[row]
        name, mail = people.full_name(owner), bool(rng.random() < 0.82)
        seats = config.CORPORATE_SEATS if kind.size == "corporate" else 1
        last = min(int(held.end[row]) - 1, AS_OF_EPOCH)
        for place, day in enumerate(range(int(held.start[row]), last + 1, period)):
            first = place == 0
            if day < args.first_day or rng.random() < 0.012:
                continue
            ledger.add(
                day, STRIPE, "New Membership" if first else "Membership Renewal",
                f"Capitan membership #{number} {'initial' if first else 'renewal'} payment",
                name, kind.amount * 100 * seats, payer=owner, mail=mail,
                kind=int(held.type_index[row]), instance=number,
            )  # fmt: skip


def _retail_and_refunds(args: Arguments, visits: Visits, ledger: _Ledger) -> None:
    """Noise of the till, as busy as the gym, and refunds of some online payments."""
    rng, size = args.rng(16), args.count(config.RETAIL_ROWS)
    online = [row for row in ledger.rows if row[1] == STRIPE]
    day = np.sort(visits.day[rng.integers(0, len(visits), size)])
    weight = 1.0 / np.sqrt([cents for _, cents in RETAIL])
    item = rng.choice(len(RETAIL), size=size, p=weight / weight.sum())
    count = 1 + (rng.random(size) < 0.07) * rng.integers(1, 4, size)
    for today, what, many in zip(day.tolist(), item.tolist(), count.tolist(), strict=True):
        name, cents = RETAIL[what]
        ledger.add(today, SQUARE, "Retail", "Regular", name, cents * many)
    for place in rng.integers(0, len(online), args.count(40)).tolist():
        row = online[place]
        later = min(row[0] + int(rng.integers(0, 12)), AS_OF_EPOCH)
        ledger.add(later, STRIPE, "Refund", f"Refund for charge ch_{row[0]}{place:06d}", "Refund",
                   -row[5])  # fmt: skip


def build_payments(
    args: Arguments, people: People, accounts: Accounts, held: Memberships, sold: Purchases,
    ghosts: dict[int, str], visits: Visits,
) -> Payments:  # fmt: skip
    """All rows of the transactions export, in date order."""
    ledger = _Ledger()
    _pass_rows(args.rng(14), people, sold, 0, ghosts, ledger)
    _dues(args, args.rng(15), people, held, 0, ledger)
    _retail_and_refunds(args, visits, ledger)
    return _by_date(args.rng(17), accounts, ledger)


def later_payments(
    args: Arguments, people: People, accounts: Accounts, held: Memberships, sold: Purchases,
    payments: Payments, planted: Planted,
) -> Payments:  # fmt: skip
    """Payments without the dues after an earlier end, and with those of what was sold since."""
    rng, ledger = args.rng(52), _Ledger()
    _pass_rows(rng, people, sold, planted.first_purchase, {}, ledger)
    _dues(args, rng, people, held, planted.first_instance, ledger)
    ended = dict(zip(held.instance_id.tolist(), held.end.tolist(), strict=True))
    ends = [ended.get(number, AS_OF_EPOCH + 1) for number in payments.instance.tolist()]
    paid = np.flatnonzero(payments.day < np.array(ends))
    more = _by_date(rng, accounts, ledger) if ledger.rows else None
    order = paid
    if more is not None:
        order = np.concatenate([paid, len(payments) + np.arange(len(more))])
        day = np.concatenate([payments.day[paid], more.day])
        order = order[np.argsort(day, kind="stable")]
    joined = []
    for item in fields(Payments):
        values = getattr(payments, item.name)
        if isinstance(values, list):
            values = values + (getattr(more, item.name) if more else [])
            joined.append([values[place] for place in order.tolist()])
        else:
            values = np.concatenate([values, getattr(more, item.name)]) if more else values
            joined.append(values[order])
    return Payments(*joined)


def _by_date(rng, accounts: Accounts, ledger: _Ledger) -> Payments:
    """The rows of a ledger as columns, in date order."""
    day = np.array([row[0] for row in ledger.rows], dtype=np.int64)
    order = np.lexsort((rng.random(len(day)), day))
    rows = [ledger.rows[place] for place in order.tolist()]
    (days, source, category, text, name, cents, passes, payer, purchase, mail, kind, youth,
     instance) = (list(column) for column in zip(*rows, strict=True))  # fmt: skip
    token = rng.integers(1 << 59, 1 << 60, len(rows)).tolist()
    ids = [
        f"pi_{one:015x}{place:07x}" if where == STRIPE else f"sq_{one:015x}{place:07x}_item_1"
        for place, (one, where) in enumerate(zip(token, source, strict=True))
    ]
    return Payments(
        ids, text, name, category, np.array(source, dtype="<U8"), np.array(days), np.array(cents),
        np.array(passes), np.array(youth),
        [accounts.email[accounts.main[who]] if use and who >= 0 else ""
         for who, use in zip(payer, mail, strict=True)],
        [f"cus_{who * 2_654_435_761 % (1 << 32):08x}" if where == STRIPE and who >= 0 else ""
         for who, where in zip(payer, source, strict=True)],
        [TYPES[which].size if which >= 0 else "" for which in kind],
        [TYPES[which].frequency if which >= 0 else "" for which in kind],
        np.array([which >= 0 and TYPES[which].flag == "is_founder" for which in kind]),
        np.array([which >= 0 and TYPES[which].flag == "is_fitness_only" for which in kind]),
        np.array(purchase), np.array(payer), np.array(instance), [""] * len(rows),
    )  # fmt: skip


def paying_rows(visits: Visits, payments: Payments, purchases: int) -> np.ndarray:
    """Position of the payment behind each visit on a pass, int64[n]; -1 when not on record.

    When every pass of a purchase has its own row, uses take the rows in time order.
    """
    rows = np.flatnonzero(payments.purchase >= 0)
    rows = rows[np.argsort(payments.purchase[rows], kind="stable")]
    start = np.searchsorted(payments.purchase[rows], np.arange(purchases + 1))
    found = np.full(len(visits), -1, dtype=np.int64)
    used = np.flatnonzero((visits.method == ENT) & (visits.purchase >= 0))
    order = used[np.lexsort((visits.time_us()[used], visits.purchase[used]))]
    which = visits.purchase[order]
    place = np.arange(len(order)) - np.searchsorted(which, which)
    many = start[which + 1] - start[which]
    has = many > 0
    found[order[has]] = rows[start[which[has]] + np.minimum(place[has], many[has] - 1)]
    return found


def totals(payments: Payments) -> tuple[np.ndarray, np.ndarray]:
    """Tax and total in cents, int64[n]."""
    tax = np.rint(payments.cents * TAX).astype(np.int64)
    return tax, payments.cents + tax
