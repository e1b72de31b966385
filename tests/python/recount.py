"""The marts recounted in plain Python, row by row, from a folder of exports.

Written from the rules alone, so that an error in the SQL cannot repeat itself here. Who bought a
pass and who shares a membership are given, not found: matching and households have tests of their
own. Slow and simple on purpose; made for some thousand check-ins.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

MEETING = timedelta(minutes=30)
CROWD_OF_A_SECOND = 10
CROWD_OF_A_HALF_HOUR = 250
STRENGTHS = ((10, 5), (5, 4), (3, 3), (2, 2), (1, 1))
SHARED_SIZES = ("duo", "family")

Key = tuple[date, str, int, int]
Interactions = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Checkin:
    checkin_id: int
    customer_id: int
    first_name: str | None
    last_name: str | None
    moment: datetime
    method: str | None
    description: str | None
    location_id: str | None
    location_name: str | None
    written: str = ""

    @property
    def day(self) -> date:
        return self.moment.date()


@dataclass(frozen=True)
class Transfer:
    checkin: Checkin
    transfer_type: str
    pass_type: str
    purchaser_name: str
    remaining_count: int | None
    is_punch_pass: bool
    is_youth_pass: bool
    purchaser_customer_id: int | None
    paid_on: date | None


@dataclass(frozen=True)
class Member:
    member_id: int
    membership_type_id: int | None
    customer_id: int
    membership_name: str | None
    size: str | None
    start_date: date | None
    end_date: date | None


@dataclass(frozen=True)
class Connection:
    interaction_count: int
    strength_score: int
    first_interaction_date: date
    last_interaction_date: date
    interaction_types: str
    type_counts: dict[str, int]


@dataclass(frozen=True)
class Event:
    customer_id: int
    event_date: datetime
    event_type: str
    details: tuple[tuple[str, Any], ...]


# Reading


def records(root: Path, export: str) -> Iterator[dict[str, str | None]]:
    """The records of `root/export.csv` with all their fields, trimmed; a missing file has none.

    A record with another number of fields than the header has cannot be typed.
    """
    path = root / f"{export}.csv"
    if not path.exists():
        return
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        for fields in lines:
            if len(fields) == len(header):
                yield {
                    name: value.strip() or None for name, value in zip(header, fields, strict=True)
                }


def number(text: str | None) -> int | None:
    """A whole number, also written as 102.0; None when it is none."""
    found = re.fullmatch(r"([+-]?\d+)(?:\.0*)?", text or "")
    return int(found.group(1)) if found else None


def moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    """A moment on the gym's wall clock; what has an offset is moved there."""
    try:
        parsed = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return parsed.astimezone(zone).replace(tzinfo=None) if parsed.tzinfo else parsed


def day(text: str | None, ahead: int = 10) -> date | None:
    """A day that somebody can have meant: since 1990, and no more than some years from now."""
    try:
        found = date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
    return found if 1990 <= found.year <= date.today().year + ahead else None


def money(text: str | None) -> Decimal | None:
    """An amount as people write it; None where it is none.

    >>> [str(money(text)) for text in ("$1,234.50", "1.234,50", "(12.00)", "1,234", "free")]
    ['1234.50', '1234.50', '-12.00', '1234.00', 'None']
    """
    bare = "".join((text or "").split())
    digits = bare.strip("()+-$€ USD")
    if not digits or set(digits) - set("0123456789.,"):
        return None
    last = max(digits.rfind("."), digits.rfind(","))
    both = "." in digits and "," in digits
    if last >= 0 and not both and digits[last] == "," and len(digits) - last == 4:
        last = -1
    whole, cents = (digits[:last], digits[last + 1 :]) if last >= 0 else (digits, "")
    value = Decimal("".join(sign for sign in whole if sign.isdigit()) + "." + (cents or "0"))
    value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return -value if bare.startswith(("(", "-", "$-")) or bare.endswith("-") else value


def purchases(root: Path) -> Counter[tuple[str, str | None, Decimal | None]]:
    """Payment lines that bought something, by id, payer's name and amount.

    A line counts once however often it was exported, by what was exported last. It bought nothing
    where a status is given that is no success, where money went back, also under another number,
    where it is a web shop's order beside its payment, or a second line over nothing of one payer,
    product and day.
    """
    success = {"succeeded", "paid", "completed", "validated_completed", "captured"}
    lines: dict[tuple, dict[str, str | None]] = {}
    for record in records(root, "transactions/combined_transaction_data"):
        amount = money(record["Total Amount"])
        who = (record["Name"], record["receipt_email"], record["billing_email"])
        if record["transaction_id"]:
            key = (record["transaction_id"], record["Description"], *who, amount)
            lines[key] = record
    returned = Counter(
        (name, -amount) for name, *_, amount in lines if amount is not None and amount < 0
    )
    paid = {
        (record["Name"], record["receipt_email"], record["Description"], record["Date"])
        for (*_, amount), record in lines.items()
        if amount is None or amount > 0
    }
    bought: Counter[tuple[str, str | None, Decimal | None]] = Counter()
    refunded, orders = taken_back(lines), orders_paid_elsewhere(lines)

    def is_taken_back_last(key: tuple) -> bool:
        return (key[0], *key[1:-1], -(key[-1] or 0)) not in lines

    for key in sorted(lines, key=is_taken_back_last):
        (transaction_id, *_, amount), record = key, lines[key]
        given = [record[name] for name in ("status", "payment_intent_status") if record[name]]
        if any(text.lower().replace(" ", "_") not in success for text in given):
            continue
        when = day(record["Date"], ahead=0)
        if when is None or when > date.today() + timedelta(days=1):
            continue
        if amount is not None and amount < 0:
            continue
        if returned[transaction_id, amount] > 0:
            returned[transaction_id, amount] -= 1
            continue
        if key in refunded or key in orders:
            continue
        again = (record["Name"], record["receipt_email"], record["Description"], record["Date"])
        if amount == 0:
            if again in paid:
                continue
            paid.add(again)
        bought[transaction_id, record["Name"], amount] += 1
    return bought


def payer(record: dict[str, str | None]) -> str:
    """Who paid, as far as a line says: by address, by name, by card."""
    name = (record["Name"] or "").lower()
    if name in ("", "payment", "refund", "no name", "day pass", "shopify customer"):
        name = ""
    return record["receipt_email"] or record["billing_email"] or name or (
        record["stripe_customer_id"] or ""
    )  # fmt: skip


def taken_back(lines: dict[tuple, dict[str, str | None]]) -> set[tuple]:
    """The payer's last sale at the amount of each refund with a number of its own, 60 days back."""
    found = set()
    orders = orders_paid_elsewhere(lines)
    sold = {key[0] for key in lines if (key[-1] or 0) > 0}
    for key, refund in lines.items():
        when = day(refund["Date"], ahead=0)
        if (key[-1] or 0) >= 0 or key[0] in sold or not payer(refund) or when is None:
            continue
        sales = []
        for other, record in lines.items():
            on = day(record["Date"], ahead=0)
            is_sale = other[-1] == -key[-1] and payer(record) == payer(refund)
            if is_sale and other not in orders and on is not None and on <= when:
                sales.append((on, other))
        if sales:
            last = max(on for on, _ in sales)
            if (when - last).days <= 60:
                found.add(min(other for on, other in sales if on == last))
    return found


def orders_paid_elsewhere(lines: dict[tuple, dict[str, str | None]]) -> set[tuple]:
    """Orders of the web shop whose product the same payer paid for elsewhere on that day."""

    def sale(record: dict[str, str | None]) -> tuple:
        product = (record["Description"] or "").lower()
        for before in ("capitan entry pass: ", "shopify: "):
            product = product.removeprefix(before)
        return payer(record), product, record["Date"], record["Total Amount"]

    paid = {sale(record) for record in lines.values() if record["Data Source"] != "Shopify"}
    return {
        key
        for key, record in lines.items()
        if record["Data Source"] == "Shopify" and payer(record) and sale(record) in paid
    }


def read_checkins(root: Path, timezone: str) -> list[Checkin]:
    """The check-ins that can be typed, once each: the last in created_at, then in the file."""
    zone = ZoneInfo(timezone)
    kept: dict[int, tuple[datetime, Checkin]] = {}
    for record in records(root, "capitan/checkins"):
        checkin_id = number(record["checkin_id"])
        customer_id = number(record["customer_id"])
        when = moment(record["checkin_datetime"], zone)
        if checkin_id is None or customer_id is None or when is None:
            continue
        created = moment(record["created_at"], zone) or datetime.min
        if checkin_id in kept and created < kept[checkin_id][0]:
            continue
        kept[checkin_id] = (
            created,
            Checkin(
                checkin_id,
                customer_id,
                record["customer_first_name"],
                record["customer_last_name"],
                when,
                record["entry_method"],
                record["entry_method_description"],
                record["location_id"],
                record["location_name"],
                record["checkin_datetime"] or "",
            ),
        )
    return [kept[checkin_id][1] for checkin_id in sorted(kept)]


def read_members(root: Path) -> list[Member]:
    """The rows of the members export that can be typed, the last of each member_id."""
    kept: dict[int, Member] = {}
    for record in records(root, "capitan/members"):
        member_id, customer_id = number(record["member_id"]), number(record["customer_id"])
        if member_id is not None and customer_id is not None:
            kept[member_id] = Member(
                member_id,
                number(record["membership_id"]),
                customer_id,
                record["name"],
                record["size"],
                day(record["start_date"]),
                day(record["end_date"]),
            )
    return [kept[member_id] for member_id in sorted(kept)]


# Pass transfers


LEFT = re.compile(r"(remaining|remain|remains|left|rem)[).\]}]*", re.IGNORECASE)
LINKS = (
    "from", "bought by", "purchased by", "paid by", "paid for by", "gifted by", "given by",
    "shared by", "sponsored by", "hosted by", "donated by", "courtesy of",
)  # fmt: skip
HOSTED = ("guest", "guests", "buddy", "visitor")


def uses_left(words: list[str]) -> tuple[list[str], int | None]:
    """The words without those at the end that count the uses left, and that count."""
    for place in range(max(len(words) - 5, 1), len(words)):
        opening, *rest = words[place:]
        if not opening.startswith(("(", "[", "-")) or not rest:
            continue
        count = opening.lstrip("([-") or rest[0]
        if (count.isdigit() or count.lower() == "unlimited") and LEFT.fullmatch(words[-1]):
            return words[:place], int(count) if count.isdigit() else None
    return words, None


def parse(description: str) -> tuple[str, str, int | None] | None:
    """Pass type, purchaser's name and remaining count; None where nobody is named.

    Read word by word from the end: the uses left, then the name up to the last word that says who
    paid. What begins with a digit and has at most four of them is a time, not a name.

    >>> parse('Day Pass with Gear (Adult 14 and Up) from Robert (Bob) Fromm (0 remaining)')
    ('Day Pass with Gear (Adult 14 and Up)', 'Robert (Bob) Fromm', 0)
    >>> parse('Day\u00a0Pass FROM: Ann Example (3 of 5 left)')
    ('Day Pass', 'Ann Example', 3)
    >>> parse('Guest of Ann Example')
    ('Guest', 'Ann Example', None)
    >>> parse('Youth Day Pass (Under 14 y/o) (0 remaining)') is None
    True
    >>> parse('Night Pass (from 7 pm)') is None
    True
    """
    words, remaining = uses_left(description.replace("(", " (").split())
    for place in range(len(words) - 1, 0, -1):
        name = " ".join(words[place + 1 :]).lstrip(":- ")
        for link in LINKS:
            length = len(link.split())
            said = " ".join(words[max(place + 1 - length, 0) : place + 1]).lower().rstrip(":")
            before = words[: place + 1 - length]
            if said == link and before and name and not re.fullmatch(r"\d{1,2}(\W.*)?", name):
                return " ".join(before), name, remaining
    for place, word in enumerate(words[1:-1], 1):
        kind = (
            words[place - 2 : place] if words[place - 1].lower() == "pass" else words[place - 1 :]
        )
        if word.lower() == "of" and kind and kind[0].lower() in HOSTED:
            return " ".join(words[:place]), " ".join(words[place + 1 :]), remaining
    return None


def pass_transfers(
    checkins: Iterable[Checkin],
    purchasers: Mapping[int, int | None],
    payments: Mapping[int, date],
) -> list[Transfer]:
    """Check-ins with a pass that somebody else bought.

    `purchasers` and the dates of known `payments` are given by checkin_id.
    """
    transfers = []
    for checkin in checkins:
        if checkin.method not in ("ENT", "GUE") or checkin.description is None:
            continue
        parsed = parse(checkin.description)
        if parsed is None:
            continue
        pass_type, purchaser_name, remaining_count = parsed
        low = pass_type.lower()
        transfers.append(
            Transfer(
                checkin,
                "guest_pass" if checkin.method == "GUE" else "entry_pass",
                pass_type,
                purchaser_name,
                remaining_count,
                "punch" in low,
                "youth" in low or "under 14" in low,
                purchasers.get(checkin.checkin_id),
                payments.get(checkin.checkin_id),
            )
        )
    return transfers


def known(transfers: Iterable[Transfer]) -> list[Transfer]:
    """Transfers whose purchaser is known and is not the user, by checkin_id."""
    return sorted(
        (
            transfer
            for transfer in transfers
            if transfer.purchaser_customer_id not in (None, transfer.checkin.customer_id)
        ),
        key=lambda transfer: transfer.checkin.checkin_id,
    )


# Interactions


def pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def repeated(rows: Iterable[tuple[Key, dict[str, Any]]]) -> Interactions:
    """The first row of every key, with the number of rows it stands for."""
    kept: Interactions = {}
    for key, metadata in rows:
        kept.setdefault(key, metadata | {"count": 0})["count"] += 1
    return kept


def shared_pass(transfers: Iterable[Transfer]) -> Interactions:
    return repeated(
        (
            (
                transfer.checkin.day,
                "shared_pass",
                *pair(transfer.purchaser_customer_id, transfer.checkin.customer_id),
            ),
            {
                "pass_type": transfer.pass_type,
                "remaining": transfer.remaining_count,
                "checkin_id": transfer.checkin.checkin_id,
                "purchaser_name": transfer.purchaser_name,
            },
        )
        for transfer in known(transfers)
    )


def frequent_guest(transfers: Iterable[Transfer]) -> Interactions:
    return repeated(
        (
            (
                transfer.checkin.day,
                "frequent_guest",
                *pair(transfer.purchaser_customer_id, transfer.checkin.customer_id),
            ),
            {
                "host_name": transfer.purchaser_name,
                "checkin_id": transfer.checkin.checkin_id,
            },
        )
        for transfer in known(transfers)
        if transfer.transfer_type == "guest_pass"
    )


def same_purchase_group(transfers: Iterable[Transfer]) -> Interactions:
    """Pairs whose passes one purchaser paid for on one day, or of one type where that is unknown.

    Of several such groups of a pair a known payment counts, then the largest, then the lowest
    purchaser and pass type.
    """
    bought: dict[tuple[date, int], dict[tuple, str]] = defaultdict(dict)
    for transfer in known(transfers):
        uses = bought[transfer.checkin.day, transfer.purchaser_customer_id]
        use = (transfer.checkin.customer_id, transfer.pass_type, transfer.paid_on)
        uses[use] = min(uses.get(use, transfer.purchaser_name), transfer.purchaser_name)
    groups = []
    for (when, purchaser), uses in bought.items():
        for one, other in combinations(uses, 2):
            if one[0] == other[0]:
                continue
            if one[2] and other[2]:
                if one[2] != other[2]:
                    continue
                rule, people = "purchase", {use[0] for use in uses if use[2] == one[2]}
            elif one[1] == other[1]:
                rule, people = "same_day", {use[0] for use in uses if use[1] == one[1]}
            else:
                continue
            pass_types = ", ".join(sorted({one[1], other[1]}))
            name = min(uses[one], uses[other])
            rank = (rule, -len(people), purchaser, pass_types, name)
            groups.append((when, pair(one[0], other[0]), rank))
    return repeated(
        (
            (when, "same_purchase_group", *couple),
            {
                "purchaser_name": name,
                "pass_type": pass_types,
                "group_size": -size,
                "group_rule": rule,
            },
        )
        for when, couple, (rule, size, _, pass_types, name) in sorted(groups)
    )


def has_time(checkin: Checkin) -> bool:
    """Whether a time of day was written: none but zeros behind the day is none."""
    return bool(re.search("[1-9]", re.split("[Z+]", checkin.written[10:])[0]))


def without_crowds(here: list[Checkin]) -> list[Checkin]:
    """The check-ins of a place and day outside its crowds, for a clock that shows seconds."""
    at_once = Counter(checkin.moment.replace(microsecond=0) for checkin in here)
    alone = [c for c in here if at_once[c.moment.replace(microsecond=0)] < CROWD_OF_A_SECOND]

    def half_hour(checkin: Checkin) -> tuple[int, bool]:
        return checkin.moment.hour, checkin.moment.minute < 30

    busy = Counter(map(half_hour, alone))
    return [checkin for checkin in alone if busy[half_hour(checkin)] <= CROWD_OF_A_HALF_HOUR]


def persons(duplicates: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The lowest record of each record's person, by the pairs of records that are one."""
    lowest: dict[int, int] = {}
    pairs = list(duplicates)
    for _ in pairs:
        for one, other in pairs:
            found = min(lowest.get(one, one), lowest.get(other, other))
            lowest[one] = lowest[other] = found
    return lowest


def of_two_people(found: Interactions, person: Mapping[int, int]) -> Interactions:
    """Without the pairs of records that are one person."""
    return {
        key: metadata
        for key, metadata in found.items()
        if person.get(key[2], key[2]) != person.get(key[3], key[3])
    }


def same_day_checkin(checkins: Iterable[Checkin]) -> Interactions:
    """Meetings at one location; of several of a pair the closest, then the lowest location."""
    visits: dict[tuple[date, str], list[Checkin]] = defaultdict(list)
    for checkin in checkins:
        if checkin.location_id is not None and has_time(checkin):
            visits[checkin.day, checkin.location_id].append(checkin)
    meetings = []
    for (when, location_id), everybody in visits.items():
        here = without_crowds(everybody)
        here.sort(key=lambda checkin: checkin.moment)
        for place, early in enumerate(here):
            for late in here[place + 1 :]:
                apart = late.moment - early.moment
                if apart > MEETING:
                    break
                if early.customer_id != late.customer_id:
                    couple = pair(early.customer_id, late.customer_id)
                    name = early.location_name or late.location_name
                    meetings.append(((when, *couple), apart, location_id, name or ""))
    meetings.sort()
    return repeated(
        (
            (key[0], "same_day_checkin", key[1], key[2]),
            {"time_diff_minutes": minutes(apart), "location": name or None},
        )
        for key, apart, _, name in meetings
    )


def minutes(apart: timedelta) -> float:
    """Minutes with one decimal, a half rounded up."""
    exact = Decimal(apart // timedelta(microseconds=1)) / 60_000_000
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def family_membership(members: Iterable[Member], instances: Mapping[int, object]) -> Interactions:
    """Pairs of one duo or family membership; `instances` by member_id, the lowest one is kept."""
    rosters: dict[Any, list[Member]] = defaultdict(list)
    for member in members:
        if member.size in SHARED_SIZES and instances.get(member.member_id) is not None:
            rosters[instances[member.member_id]].append(member)

    def rank(instance: object) -> tuple[bool, int, str]:
        text = str(instance)
        return not text.isdigit(), int(text) if text.isdigit() else 0, text

    rows = []
    for instance in sorted(rosters, key=rank):
        roster = rosters[instance]
        dates = [member.start_date for member in roster if member.start_date]
        people = sorted({member.customer_id for member in roster})
        metadata = {
            "membership_id": roster[0].membership_type_id,
            "membership_name": roster[0].membership_name,
            "member_ids": sorted(member.member_id for member in roster),
        }
        if dates:
            rows += [
                ((min(dates), "family_membership", *couple), metadata)
                for couple in combinations(people, 2)
            ]
    return repeated(rows)


def interactions(
    checkins: Sequence[Checkin],
    transfers: Sequence[Transfer],
    members: Sequence[Member],
    instances: Mapping[int, object],
    duplicates: Iterable[tuple[int, int]] = (),
    placeholders: Iterable[int] = (),
) -> Interactions:
    """All five types; no two of them share a key.

    Which records are one person, and which are nobody, is given: both have tests of their own.
    """
    nobody = set(placeholders)
    found = {
        **same_day_checkin(c for c in checkins if c.customer_id not in nobody),
        **shared_pass(transfers),
        **same_purchase_group(transfers),
        **family_membership((m for m in members if m.customer_id not in nobody), instances),
        **frequent_guest(transfers),
    }
    return of_two_people(found, persons(duplicates))


def interaction_id(key: Key) -> str:
    """The id that rows of older builds carry.

    >>> interaction_id((date(2025, 1, 31), 'shared_pass', 1, 20))
    'bc2e049b18f15bdb'
    """
    when, kind, one, other = key
    text = f"{one}-{other}-{when.isoformat()}-{kind}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16]


# Connections and events


def connections(keys: Iterable[Key]) -> dict[tuple[int, int], Connection]:
    """One connection per pair that any interaction joins."""
    kinds: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    dates: dict[tuple[int, int], list[date]] = defaultdict(list)
    for when, kind, one, other in keys:
        kinds[one, other][kind] += 1
        dates[one, other].append(when)
    return {
        couple: Connection(
            counts.total(),
            next(score for least, score in STRENGTHS if counts.total() >= least),
            min(dates[couple]),
            max(dates[couple]),
            ",".join(sorted(counts)),
            dict(counts),
        )
        for couple, counts in kinds.items()
    }


def events(
    checkins: Sequence[Checkin],
    transfers: Sequence[Transfer],
    members: Sequence[Member],
    as_of: date | None = None,
) -> Counter[Event]:
    """What happened to customers up to today, the latest check-in unless `as_of` is given.

    Day-pass purchases are left to the tests of the matcher, which finds their customers.
    """
    happened = [
        Event(
            checkin.customer_id,
            checkin.moment,
            "checkin",
            (
                ("checkin_id", checkin.checkin_id),
                ("entry_method", checkin.method),
                ("location", checkin.location_name),
            ),
        )
        for checkin in checkins
    ]
    for transfer in known(transfers):
        checkin, purchaser = transfer.checkin, transfer.purchaser_customer_id
        what = (("checkin_id", checkin.checkin_id), ("pass_type", transfer.pass_type))
        left = (("remaining_count", transfer.remaining_count),)
        name = " ".join(part for part in (checkin.first_name, checkin.last_name) if part)
        given = (("shared_with_customer_id", str(checkin.customer_id)), ("shared_with_name", name))
        received = (
            ("received_from_customer_id", str(purchaser)),
            ("received_from_name", transfer.purchaser_name),
        )
        happened += [
            Event(purchaser, checkin.moment, "shared_pass", what + given + left),
            Event(
                checkin.customer_id,
                checkin.moment,
                "received_shared_pass",
                what + received + left,
            ),
        ]
    for member in members:
        what = (
            ("member_id", member.member_id),
            ("membership_type_id", member.membership_type_id),
            ("membership_name", member.membership_name),
            ("size", member.size),
        )
        happened += [
            Event(member.customer_id, datetime(when.year, when.month, when.day), kind, what)
            for kind, when in (
                ("membership_start", member.start_date),
                ("membership_end", member.end_date),
            )
            if when
        ]
    today = as_of or max((checkin.day for checkin in checkins), default=date.max)
    return Counter(event for event in happened if event.event_date.date() <= today)
