"""The six raw exports as columns, and the odd rows among them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import config, csvfile
from .accounts import Accounts, has_active_membership
from .config import AS_OF_EPOCH, DAY_US, ENT, FRE, FREE_REASONS, TYPES, Arguments
from .memberships import ENDED, Memberships
from .people import People
from .transactions import Payments, totals
from .visits import Visits

WORLD_URL = "https://api.example.org/api/customers/"


@dataclass
class Export:
    """A file's columns, and the raw lines that are no rows of the truth."""

    columns: dict[str, pa.Array]
    extras: list[tuple[int, str]] = field(default_factory=list)
    malformed: dict[str, int] = field(default_factory=dict)
    exact_duplicates: int = 0
    superseded: int = 0

    def rows(self) -> int:
        """Number of rows of the truth."""
        return len(next(iter(self.columns.values())))


@dataclass
class Desk:
    """What the desk notes of each visit: why it was free, and whether the gym's name is missing."""

    reason: np.ndarray
    nameless: np.ndarray


def desk_notes(args: Arguments, visits: Visits) -> Desk:
    """Notes on each visit, drawn by its position."""
    rng, size = args.rng(20), len(visits)
    reason = np.where(visits.method == FRE, rng.integers(0, len(FREE_REASONS), size), -1)
    nameless = np.zeros(size, dtype=bool)
    nameless[rng.integers(0, size, 3)] = True
    return Desk(reason, nameless)


def descriptions(items: list[str], visits: Visits, odd: dict[int, str]) -> pa.Array:
    """entry_method_description: name, ` from ` the buyer, `(N remaining)`."""
    left = np.maximum(visits.remaining, 0)
    suffix = csvfile.coded([f" ({count} remaining)" for count in range(40)],
                           np.where(visits.remaining < 0, -1, left))  # fmt: skip
    link = csvfile.coded([" from "], np.where(visits.written < 0, -1, 0))
    name = csvfile.coded(items, visits.written)
    plain = pc.binary_join_element_wise(csvfile.coded(items, visits.text), link, name, suffix, "")
    if not odd:
        return plain
    places = np.array(sorted(odd), dtype=np.int64)
    mask = np.zeros(len(visits), dtype=bool)
    mask[places] = True
    return pc.replace_with_mask(plain, pa.array(mask), pa.array([odd[row] for row in places]))


def checkins(
    accounts: Accounts, visits: Visits, record: np.ndarray, text: pa.Array,
    checkin_id: np.ndarray, created_us: np.ndarray, desk: Desk,
) -> Export:  # fmt: skip
    """capitan/checkins.csv, oldest first here; the file is written newest first."""
    size = len(visits)
    gyms = int(visits.gym.max()) + 1
    order = np.argsort(visits.person, kind="stable")
    place = np.arange(size) - np.searchsorted(visits.person[order], visits.person[order])
    lifetime = np.empty(size, dtype=np.int64)
    lifetime[order] = place + 1
    return Export({
        "checkin_id": csvfile.text(checkin_id),
        "customer_id": csvfile.text(accounts.customer_id[record]),
        "customer_first_name": csvfile.coded(accounts.first, record),
        "customer_last_name": csvfile.coded(accounts.last, record),
        "customer_email": csvfile.coded(accounts.email, record),
        "customer_birthday": csvfile.coded(accounts.birthday, record),
        "checkin_datetime": csvfile.moment(visits.time_us()),
        "entry_method": csvfile.coded(list(config.METHODS), visits.method.astype(np.int64)),
        "entry_method_description": text,
        "location_id": csvfile.coded(
            [str(config.location_id(gym)) for gym in range(gyms)], visits.gym.astype(np.int64)
        ),
        "location_name": csvfile.coded(
            [config.location_name(gym) for gym in range(gyms)],
            np.where(desk.nameless, -1, visits.gym),
        ),
        "is_free_entry": csvfile.boolean(visits.method == FRE),
        "free_entry_reason": csvfile.coded(list(FREE_REASONS), desk.reason),
        "lifetime_checkin_count": csvfile.text(lifetime),
        "created_at": csvfile.moment(created_us),
    })  # fmt: skip


def customers(args: Arguments, people: People, accounts: Accounts, held: Memberships) -> Export:
    """capitan/customers.csv by customer_id."""
    # records that were added later draw last, so that they move nobody else's
    order = np.argsort(accounts.is_late, kind="stable")
    draw = np.empty((2, len(accounts)))
    drawn = args.rng(21).random((2, int((~accounts.is_late).sum())))
    late = args.rng(53).random((2, int(accounts.is_late.sum())))
    draw[:, order] = np.concatenate([drawn, late], axis=1)
    active = has_active_membership(people, held)[accounts.person] & ~accounts.second
    waiver = accounts.created_us // DAY_US + 365
    unsigned = draw[0] < 0.02
    ids = csvfile.text(accounts.customer_id)

    def link(tail: str) -> pa.Array:
        return pc.binary_join_element_wise(WORLD_URL, ids, tail, "")

    return Export({
        "customer_id": ids,
        "email": csvfile.text(accounts.email),
        "phone": csvfile.text(accounts.phone),
        "first_name": csvfile.text(accounts.first),
        "last_name": csvfile.text(accounts.last),
        "preferred_name": csvfile.text(accounts.preferred),
        "birthday": csvfile.text(accounts.birthday),
        "has_opted_in_to_marketing": csvfile.boolean(draw[1] < 0.44),
        "has_active_membership": csvfile.boolean(active),
        "active_waiver_exists": csvfile.boolean((waiver >= AS_OF_EPOCH) & ~unsigned),
        "latest_waiver_expiration_date": pc.if_else(
            pa.array(unsigned), "", csvfile.date(waiver)
        ),
        "relations_url": link("/relations/"),
        "emergency_contacts_url": link("/emergency-contacts/"),
        "created_at": csvfile.moment(accounts.created_us),
    })  # fmt: skip


def _type_columns(held: Memberships, row: np.ndarray) -> dict[str, pa.Array]:
    """What members.csv and memberships.csv both say about an instance's type and time."""
    kind = held.type_index[row].astype(np.int64)

    def of(values: list[str]) -> pa.Array:
        return csvfile.coded(values, kind)

    columns = {
        "name": of([item.name for item in TYPES]),
        "start_date": csvfile.date(held.start[row]),
        "end_date": csvfile.date(held.end[row]),
        "billing_amount": of([f"{item.amount}.00" for item in TYPES]),
        "interval": of([item.interval for item in TYPES]),
        "status": csvfile.text(held.status[row].tolist()),
        "frequency": of([item.frequency for item in TYPES]),
        "size": of([item.size for item in TYPES]),
    }
    ordinary = "is_not_in_special"
    for flag in config.FLAGS:
        yes = [item.flag == flag or (flag == ordinary and not item.flag) for item in TYPES]
        columns[flag] = csvfile.boolean(np.array(yes)[kind])
    return columns


MEMBER_COLUMNS = (
    "membership_id", "member_id", "customer_id", "member_first_name", "member_last_name",
    "member_is_individually_frozen", "name", "start_date", "end_date", "billing_amount",
    "interval", "status", "frequency", "size", *config.FLAGS,
)  # fmt: skip
MEMBERSHIP_COLUMNS = (
    "membership_id", "membership_type_id", "name", "start_date", "end_date", "billing_amount",
    "upcoming_bill_dates", "projected_amount", "interval", "status", "owner_id",
    "membership_owner_age", "frequency", "size", *config.FLAGS,
)  # fmt: skip


def members(accounts: Accounts, held: Memberships) -> Export:
    """capitan/members.csv by member_id; its membership_id is a type."""
    record = accounts.main[held.roster_person]
    kinds = [str(item.type_id) for item in TYPES]
    columns = {
        "membership_id": csvfile.coded(
            kinds, held.type_index[held.roster_instance].astype(np.int64)
        ),
        "member_id": csvfile.text(held.member_id),
        "customer_id": csvfile.text(accounts.customer_id[record]),
        "member_first_name": csvfile.coded(accounts.first, record),
        "member_last_name": csvfile.coded(accounts.last, record),
        "member_is_individually_frozen": csvfile.boolean(held.roster_frozen),
        **_type_columns(held, held.roster_instance),
    }
    return Export({key: columns[key] for key in MEMBER_COLUMNS})


def memberships(people: People, accounts: Accounts, held: Memberships) -> Export:
    """capitan/memberships.csv by instance id."""
    row = np.arange(len(held))
    runs = held.status != ENDED
    amount = [f"{item.amount}.00" for item in TYPES]
    columns = {
        "membership_id": csvfile.text(held.instance_id),
        "membership_type_id": csvfile.coded(
            [str(item.type_id) for item in TYPES], held.type_index.astype(np.int64)
        ),
        "upcoming_bill_dates": pc.if_else(pa.array(runs), csvfile.date(held.end), ""),
        "projected_amount": csvfile.coded(
            [*amount, "0.00"], np.where(runs, held.type_index, len(amount)).astype(np.int64)
        ),
        "owner_id": csvfile.text(accounts.customer_id[accounts.main[held.owner]]),
        "membership_owner_age": csvfile.text(people.age[held.owner].astype(np.int64)),
        **_type_columns(held, row),
    }
    return Export({key: columns[key] for key in MEMBERSHIP_COLUMNS})


def relations(args: Arguments, accounts: Accounts, one, two, kind: np.ndarray, late: int) -> Export:
    """capitan/relations.csv, in the order of entry; the last `late` were added to the others."""
    left, right = accounts.main[one], accounts.main[two]
    gap = args.rng(22).integers(20, 4000, len(one) - late)
    gap = np.concatenate([gap, args.rng(54).integers(20, 4000, late)]) * 1_000_000
    created = np.maximum(accounts.created_us[left], accounts.created_us[right]) + gap
    order = np.lexsort((right, left, created))
    left, right = left[order], right[order]
    return Export({
        "customer_id": csvfile.text(accounts.customer_id[left]),
        "related_customer_id": csvfile.text(accounts.customer_id[right]),
        "relationship": csvfile.text(kind[order].tolist()),
        "related_customer_first_name": csvfile.coded(accounts.first, right),
        "related_customer_last_name": csvfile.coded(accounts.last, right),
        "created_at": csvfile.moment(created[order]),
    })  # fmt: skip


def transactions(payments: Payments) -> Export:
    """transactions/combined_transaction_data.csv by date."""
    size, square = len(payments), payments.source == "Square"
    tax, total = totals(payments)
    day = csvfile.date(payments.day)
    bare = [key.removesuffix("_item_1") for key in payments.transaction_id]
    is_pass = payments.passes > 0
    fitness = np.where(payments.fitness, payments.cents, 0)

    def only(mask: np.ndarray, column: pa.Array | str) -> pa.Array:
        return pc.if_else(pa.array(mask), column, "")

    return Export({
        "transaction_id": csvfile.text(payments.transaction_id),
        "Description": csvfile.text(payments.description),
        "Pre-Tax Amount": csvfile.money(payments.cents),
        "Tax Amount": csvfile.money(tax),
        "Total Amount": csvfile.money(total),
        "Discount Amount": csvfile.constant("0.00", size),
        "Name": csvfile.text(payments.name),
        "Date": day,
        "payment_intent_status": only(~square, "succeeded"),
        "receipt_email": csvfile.text(payments.email),
        "billing_email": csvfile.text(payments.email),
        "stripe_customer_id": csvfile.text(payments.stripe_customer),
        "revenue_category": csvfile.text(payments.category),
        "membership_size": csvfile.text(payments.size),
        "membership_freq": csvfile.text(payments.frequency),
        "is_founder": csvfile.boolean(payments.founder),
        "is_free_membership": csvfile.constant("False", size),
        "sub_category": only(is_pass, csvfile.coded(["adult", "youth"],
                                                    payments.youth.astype(np.int64))),
        "sub_category_detail": csvfile.constant("", size),
        "date_": pc.binary_join_element_wise(day, " 00:00:00+00:00", ""),
        "Data Source": csvfile.text(payments.source.tolist()),
        "Day Pass Count": csvfile.text(payments.passes),
        "base_price_amount": only(square, csvfile.money(payments.cents)),
        "status": only(square, "VALIDATED_COMPLETED"),
        "payment_id": only(square, csvfile.text(bare)),
        "order_id": only(square, csvfile.text([f"ord{key[3:16]}" for key in bare])),
        "quantity": only(square, csvfile.text(np.maximum(payments.passes, 1))),
        "fitness_amount": csvfile.money(fitness),
    })  # fmt: skip


def is_pass(visits: Visits) -> np.ndarray:
    """Visits on a purchased pass, bool[n]."""
    return (visits.method == ENT) & (visits.purchase >= 0)
