"""The truth of decisions: who joined and why, who left and why, who may be called for a child."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .accounts import Accounts
from .config import ENT, TYPES
from .csvfile import boolean, coded, date, text
from .guests import ENTRY_KINDS
from .memberships import Memberships
from .passes import Purchases
from .people import CHILD, People
from .planted import Planted
from .visits import Visits


def _ids(book: Accounts, person) -> pa.Array:
    """Customer numbers, blank where there is nobody."""
    person = np.array(person, dtype=np.int64)
    number = book.customer_id[book.main[np.maximum(person, 0)]]
    return pc.if_else(pa.array(person >= 0), text(number), "")


def _dates(day) -> pa.Array:
    """Dates, blank where there is none."""
    day = np.array(day, dtype=np.int64)
    return pc.if_else(pa.array(day >= 0), date(np.maximum(day, 0)), "")


def conversions(
    people: People, book: Accounts, held: Memberships, visits: Visits, planted: Planted
) -> dict[str, pa.Array]:
    """One row per guest: a person whose first visit was before any membership of theirs."""
    guests = planted.guests
    since = np.full(len(people), -1, dtype=np.int64)
    for person, row in zip(held.roster_person.tolist(), held.roster_instance.tolist(), strict=True):
        start = int(held.start[row])
        since[person] = start if since[person] < 0 else min(since[person], start)
    order = np.lexsort((visits.day, visits.person))
    person, day, method = visits.person[order], visits.day[order], visits.method[order]
    own = (method == ENT) & (visits.written[order] < 0)
    first = np.full(len(people), -1, dtype=np.int64)
    first[guests.person] = guests.day
    again, own_pass = np.full(len(people), -1), np.full(len(people), -1)
    later = (first[person] >= 0) & (day > first[person])
    for found, rows in ((again, later), (own_pass, later & own)):
        rows = np.flatnonzero(rows)[::-1]
        found[person[rows]] = day[rows]
    place = np.argsort(book.customer_id[book.main[guests.person]])
    who = guests.person[place]
    return {
        "customer_id": _ids(book, who),
        "first_visit_date": _dates(guests.day[place]),
        "entry_kind": coded(list(ENTRY_KINDS), guests.kind[place].astype(np.int64)),
        "host_customer_id": _ids(book, guests.host[place]),
        "party_size": text(guests.party[place].astype(np.int64)),
        "converted_by_host_effect": boolean(guests.by_host[place]),
        "second_visit_date": _dates(again[who]),
        "own_pass_date": _dates(own_pass[who]),
        "membership_date": _dates(since[who]),
    }


def host_effects(book: Accounts, planted: Planted) -> dict[str, pa.Array]:
    """One row per host of guests: how often they join, relative to those of others."""
    host, guests = np.unique(planted.guests.host[planted.guests.host >= 0], return_counts=True)
    times = planted.multiplier[host]
    return {
        "host_customer_id": _ids(book, host),
        "multiplier": text([f"{value:g}" for value in times.tolist()]),
        "guests": text(guests.astype(np.int64)),
    }


def lapses(book: Accounts, planted: Planted) -> dict[str, pa.Array]:
    """One row per person who left, stayed away or came much less."""
    rows = planted.lapses
    return {
        "customer_id": _ids(book, [row.person for row in rows]),
        "lapse_date": _dates([row.day for row in rows]),
        "kind": text([row.kind for row in rows]),
        "cause": text([row.cause for row in rows]),
        "partner_customer_id": _ids(book, [row.partner for row in rows]),
        "returned_date": _dates([row.back for row in rows]),
    }


def partners(book: Accounts, planted: Planted) -> dict[str, pa.Array]:
    """One row per person who would miss somebody, and whom."""
    pairs = planted.lives.pairs
    rows = sorted((one, two) for one, others in pairs.partners.items() for two in others)
    return {
        "customer_id": _ids(book, [one for one, _ in rows]),
        "partner_customer_id": _ids(book, [two for _, two in rows]),
        "commitment_hazard": text([f"{pairs.hazard[one]:g}" for one, _ in rows]),
    }


def _bought(people: People, visits: Visits, sold: Purchases) -> dict[tuple[int, int], int]:
    """Child and buyer -> number of purchases of somebody else for the child."""
    rows = np.flatnonzero((visits.method == ENT) & (visits.written >= 0))
    rows = rows[
        (people.role[visits.person[rows]] == CHILD) & (people.age[visits.person[rows]] < 18)
    ]
    purchases = sorted(set(zip(visits.person[rows].tolist(), visits.purchase[rows].tolist(),
                               strict=True)))  # fmt: skip
    count: dict[tuple[int, int], int] = {}
    for child, purchase in purchases:
        buyer = sold.buyer[purchase]
        if buyer >= 0 and buyer != child:
            count[child, buyer] = count.get((child, buyer), 0) + 1
    return count


def guardians(
    people: People, book: Accounts, held: Memberships, visits: Visits, sold: Purchases, related,
    planted: Planted,
) -> dict[str, pa.Array]:  # fmt: skip
    """One row per child and adult who is, or may seem, a guardian; a child alone has one without.

    The signs count what the exports show: a relation, shared memberships, purchases.
    """
    young = (people.role == CHILD) & (people.age < 18)
    one, two, kind, _ = planted.with_relations(*related)
    recorded = set(zip(one[kind == "PRE"].tolist(), two[kind == "PRE"].tolist(), strict=True))
    rosters: dict[int, set[int]] = {}
    for person, row in zip(held.roster_person.tolist(), held.roster_instance.tolist(), strict=True):
        if TYPES[held.type_index[row]].size in ("duo", "family"):
            rosters.setdefault(person, set()).add(row)
    bought = _bought(people, visits, sold)
    apart = set(planted.parents)
    buyers: dict[int, list[int]] = {}
    for child, buyer in bought:
        buyers.setdefault(child, []).append(buyer)
    for child, adult in sorted(apart) + sorted(planted.traps):
        buyers.setdefault(child, []).append(adult)
    rows = []
    for child in np.flatnonzero(young).tolist():
        home = people.homes.of(people.household[child])
        parents = [person for person in home if people.role[person] != CHILD]
        parents += [
            adult for adult in dict.fromkeys(buyers.get(child, [])) if (child, adult) in apart
        ]
        others = [adult for adult in dict.fromkeys(buyers.get(child, [])) if adult not in parents]
        rows += [(child, adult, True, "") for adult in parents]
        rows += [
            (child, adult, False, planted.traps.get((child, adult), "buyer")) for adult in others
        ]
        rows += [] if parents else [(child, -1, False, "no_adult")]
    halves = {child for child, _ in apart}
    shared = [len(rosters.get(row[0], set()) & rosters.get(row[1], set())) for row in rows]
    return {
        "child_customer_id": _ids(book, [row[0] for row in rows]),
        "guardian_customer_id": _ids(book, [row[1] for row in rows]),
        "is_guardian": boolean(np.array([row[2] for row in rows])),
        "trap": text(["two_households" if row[2] and row[0] in halves else row[3] for row in rows]),
        "is_recorded": boolean(np.array([row[:2] in recorded for row in rows])),
        "shared_memberships": text(np.array(shared, dtype=np.int64)),
        "purchases": text(np.array([bought.get(row[:2], 0) for row in rows], dtype=np.int64)),
    }


def duplicates(book: Accounts) -> dict[str, pa.Array]:
    """One row per two records of one person, with what they have in common beside the name."""
    rows = np.flatnonzero(book.other >= 0)
    one = book.customer_id[book.main[rows]]
    two = book.customer_id[book.other[rows]]
    other = book.other[rows]
    phone = np.array([book.phone[row] != "" for row in other.tolist()])
    sign = np.where(~book.is_late[other], 0, np.where(phone, 1, 2))
    order = np.lexsort((np.maximum(one, two), np.minimum(one, two)))
    return {
        "customer_id_1": text(np.minimum(one, two)[order]),
        "customer_id_2": text(np.maximum(one, two)[order]),
        "sign": coded(["copied", "phone", "name"], sign[order]),
    }
