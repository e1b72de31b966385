"""What really happened: who bought, who lives together, who came together."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import config, csvfile
from .accounts import Accounts
from .config import ENT, PRODUCTS, TYPES
from .csvfile import boolean, coded, date, moment, text
from .dirt import Writing
from .memberships import Memberships
from .odd_rows import Correction
from .passes import Purchases
from .people import People
from .transactions import Payments
from .visits import Visits

UNTRUE = ("self", "not_a_person")
PAIR_KINDS = ("household", "daypass_party", "friends_or_guest", "event")


def _optional(values: np.ndarray) -> pa.Array:
    """Integers as text, blank where negative."""
    return pc.if_else(pa.array(values >= 0), text(np.maximum(values, 0)), "")


def checkins(accounts: Accounts, visits: Visits, record, checkin_id) -> dict[str, pa.Array]:
    """One row per real check-in."""
    return {
        "checkin_id": text(checkin_id),
        "customer_id": text(accounts.customer_id[record]),
        "person_id": text(visits.person.astype(np.int64)),
        "party_id": text(visits.party.astype(np.int64)),
        "party_kind": coded(list(config.PARTY_KINDS), visits.kind.astype(np.int64)),
        "gym": text(visits.gym.astype(np.int64)),
    }


def households(people: People, accounts: Accounts) -> dict[str, pa.Array]:
    """One row per customer record."""
    return {
        "customer_id": text(accounts.customer_id),
        "household_id": text(people.household[accounts.person].astype(np.int64)),
        "person_id": text(accounts.person.astype(np.int64)),
        "is_second_account": boolean(accounts.second),
        "gym": text(people.gym[accounts.person].astype(np.int64)),
    }


def members(accounts: Accounts, held: Memberships) -> dict[str, pa.Array]:
    """One row per member_id with the instance it belongs to."""
    return {
        "member_id": text(held.member_id),
        "customer_id": text(accounts.customer_id[accounts.main[held.roster_person]]),
        "membership_instance_id": text(held.instance_id[held.roster_instance]),
        "type_id": coded(
            [str(item.type_id) for item in TYPES],
            held.type_index[held.roster_instance].astype(np.int64),
        ),
    }


def transactions(accounts: Accounts, payments: Payments) -> dict[str, pa.Array]:
    """Payments with a known customer or purchase behind them, and what was planted."""
    planted = np.array([one != "" for one in payments.evidence])
    rows = np.flatnonzero((payments.payer >= 0) | (payments.purchase >= 0) | planted)
    payer = payments.payer[rows]
    customer = np.where(payer >= 0, accounts.customer_id[accounts.main[np.maximum(payer, 0)]], -1)
    bought = payments.purchase[rows]
    return {
        "transaction_id": text([payments.transaction_id[row] for row in rows.tolist()]),
        "true_customer_id": _optional(customer),
        "purchase_id": _optional(np.where(bought >= 0, bought + 1, -1)),
        "Date": date(payments.day[rows]),
        "evidence": text([payments.evidence[row] for row in rows.tolist()]),
    }


def transfers(
    people: People, accounts: Accounts, visits: Visits, record, checkin_id, sold: Purchases,
    writing: Writing, paid: np.ndarray, payments: Payments,
) -> dict[str, pa.Array]:  # fmt: skip
    """One row per check-in whose description names, or seems to name, a purchaser."""
    rows = np.flatnonzero(writing.dirt != "")
    entry = visits.method[rows] == ENT
    purchase = np.where(entry, visits.purchase[rows], -1)
    dirt = writing.dirt[rows]
    buyers = np.array(sold.buyer, dtype=np.int64)
    buyer = np.where(entry, buyers[np.maximum(purchase, 0)], visits.purchase[rows])
    nobody = dirt == "not_a_person"
    buyer = np.where(nobody, -1, buyer)
    purchase = np.where(nobody, -1, purchase)
    product = np.array(sold.product)[np.maximum(purchase, 0)]
    youth = entry & np.array([item.youth for item in PRODUCTS])[product] & ~nobody
    punch = entry & np.array([item.punch for item in PRODUCTS])[product] & ~nobody
    items = people.words.items
    kinds = [items[code] for code in visits.text[rows].tolist()]
    for place in np.flatnonzero(nobody).tolist():
        kinds[place] = writing.text[int(rows[place])].removesuffix(" (0 remaining)")
    record_of_buyer = accounts.main[np.maximum(buyer, 0)]
    customer = np.where(buyer >= 0, accounts.customer_id[record_of_buyer], -1)
    return {
        "checkin_id": text(checkin_id[rows]),
        "is_transfer": boolean(~np.isin(dirt, UNTRUE)),
        "transfer_type": coded(["guest_pass", "entry_pass"], entry.astype(np.int64)),
        "true_purchaser_customer_id": _optional(customer),
        "true_purchaser_person_id": _optional(buyer),
        "purchaser_in_customers": boolean(buyer >= 0),
        "user_customer_id": text(accounts.customer_id[record[rows]]),
        "user_person_id": text(visits.person[rows].astype(np.int64)),
        "name_as_written": coded(items, visits.written[rows]),
        "dirt": text(dirt.tolist()),
        "true_pass_type": text(kinds),
        "true_remaining": _optional(visits.remaining[rows].astype(np.int64)),
        "true_is_punch": boolean(punch),
        "true_is_youth": boolean(youth),
        "purchase_id": _optional(np.where(purchase >= 0, purchase + 1, -1)),
        "party_id": text(visits.party[rows].astype(np.int64)),
        "transaction_id": coded(payments.transaction_id, np.where(nobody, -1, paid[rows])),
    }  # fmt: skip


def corrections(items: list[Correction], visits: Visits, checkin_id) -> dict[str, pa.Array]:
    """Check-ins that were typed in late or edited afterwards, by time."""
    items = sorted(items, key=lambda item: item.visit)
    visit = np.array([item.visit for item in items], dtype=np.int64)
    edited = np.array([item.edited_us for item in items], dtype=np.int64)
    blank = csvfile.constant("", len(items))
    return {
        "checkin_id": text(checkin_id[visit]),
        "what": text([item.what for item in items]),
        "happened_at": moment(visits.time_us()[visit]),
        "visible_from": moment(np.array([item.visible_us for item in items])),
        "edited_at": pc.if_else(pa.array(edited >= 0), moment(np.maximum(edited, 0)), ""),
        "deleted_at": blank,
        "dup_until": blank,
        "desc_before": text([item.before for item in items]),
        "desc": text([item.after for item in items]),
    }


def pairs_together(people: People, visits: Visits) -> dict[str, np.ndarray]:
    """Person pairs (one < two) of each party and day; classes and lone visits make none.

    Members of one household count as household in whatever party; a guest makes a pair with
    everybody of the host's party.
    """
    kind = visits.kind
    social = np.flatnonzero(~np.isin(kind, (config.CLASS, config.FREE)))
    order = social[np.lexsort((visits.person[social], visits.day[social], visits.party[social]))]
    party, day, person = visits.party[order], visits.day[order], visits.person[order]
    found: list[tuple[np.ndarray, np.ndarray]] = []
    step = 1
    while step < len(order):
        same = (party[step:] == party[:-step]) & (day[step:] == day[:-step])
        same &= person[step:] != person[:-step]
        if not same.any():
            break
        left = np.flatnonzero(same)
        found.append((left, left + step))
        step += 1
    left = np.concatenate([pair[0] for pair in found] or [np.zeros(0, dtype=np.int64)])
    right = np.concatenate([pair[1] for pair in found] or [np.zeros(0, dtype=np.int64)])
    one, two = person[left], person[right]
    kinds = np.stack([kind[order][left], kind[order][right]])
    label = np.where(
        people.household[one] == people.household[two],
        0,
        np.where(
            (kinds == config.EVENT).any(axis=0),
            3,
            np.where((kinds == config.GUEST).any(axis=0), 2,
                     np.where(np.isin(kinds, (config.DAYPASS, config.PUNCH)).any(axis=0), 1, 2)),
        ),
    )  # fmt: skip
    return {
        "day": day[left], "gym": visits.gym[order][left].astype(np.int64), "one": one, "two": two,
        "party": party[left].astype(np.int64), "label": label,
    }  # fmt: skip


def companions(people: People, accounts: Accounts, visits: Visits):
    """Rows of companions.csv (a date and a pair) and of friend_pairs.csv (a pair)."""
    pairs = pairs_together(people, visits)
    one = accounts.customer_id[accounts.main[pairs["one"]]]
    two = accounts.customer_id[accounts.main[pairs["two"]]]
    low, high = np.minimum(one, two), np.maximum(one, two)
    order = np.lexsort((pairs["party"], high, low, pairs["day"]))
    day, low, high = pairs["day"][order], low[order], high[order]
    new = np.ones(len(day), dtype=bool)
    new[1:] = (np.diff(day) != 0) | (np.diff(low) != 0) | (np.diff(high) != 0)
    order, day, low, high = order[new], day[new], low[new], high[new]
    label = pairs["label"][order]
    by_day = {
        "date": date(day), "gym": text(pairs["gym"][order]), "customer_id_1": text(low),
        "customer_id_2": text(high), "party_id": text(pairs["party"][order]),
        "kind": coded(list(PAIR_KINDS), label),
    }  # fmt: skip
    return by_day, _pair_totals(day, low, high, label)


def _pair_totals(day, low, high, label: np.ndarray) -> dict[str, pa.Array]:
    """One row per pair: days together, first and last date, the kind they share most strongly."""
    order = np.lexsort((day, high, low))
    day, low, high, label = day[order], low[order], high[order], label[order]
    new = np.ones(len(day), dtype=bool)
    new[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
    start = np.flatnonzero(new)
    stop = np.append(start[1:], len(day))
    kind = np.minimum.reduceat(label, start) if len(start) else label
    return {
        "customer_id_1": text(low[start]), "customer_id_2": text(high[start]),
        "days_together": text(stop - start), "first_date": date(day[start]),
        "last_date": date(day[stop - 1]), "kind": coded(list(PAIR_KINDS), kind),
    }  # fmt: skip
