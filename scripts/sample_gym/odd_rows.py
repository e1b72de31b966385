"""Rows that a real export holds and a reader must survive: broken, doubled, corrected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from . import csvfile
from .config import DAY_US, ENT, MEM, Arguments
from .exports import Export
from .visits import Visits

# File, kinds of broken rows and how often each is wanted at most (under 0.5% of the file).
BROKEN = {
    "checkins": ("too_few_fields", "no_id", "no_customer", "unreadable_timestamp",
                 "too_few_fields_with_quote", "no_timestamp"),
    "customers": ("no_id", "too_few_fields", "too_few_fields_with_quote"),
    "members": ("too_few_fields", "no_id", "no_customer"),
    "memberships": ("no_id", "too_few_fields"),
    "relations": ("too_few_fields", "no_related_customer", "no_customer"),
    "transactions": ("no_id", "too_few_fields", "too_few_fields_with_quote"),
}  # fmt: skip
ID_COLUMN = {"checkins": "checkin_id", "customers": "customer_id", "members": "member_id",
             "memberships": "membership_id", "relations": "customer_id",
             "transactions": "transaction_id"}  # fmt: skip
DUPLICATES = {"checkins": 5, "customers": 3, "members": 2, "memberships": 1, "relations": 3,
              "transactions": 4}  # fmt: skip
SUPERSEDED = 9
LATE = 16


@dataclass
class Correction:
    """One row of truth/corrections.csv; times are local microseconds, -1 for none."""

    visit: int
    what: str
    visible_us: int
    edited_us: int
    before: str
    after: str


def _break(kind: str, name: str, row: dict[str, str]) -> str:
    """A broken copy of a row as a raw line."""
    row = dict(row)
    blank = {
        "no_id": ID_COLUMN[name], "no_customer": "customer_id",
        "no_related_customer": "related_customer_id", "no_timestamp": "checkin_datetime",
    }  # fmt: skip
    if kind in blank:
        row[blank[kind]] = ""
    elif kind == "unreadable_timestamp":
        row["checkin_datetime"] = row["checkin_datetime"].replace("-", "/").replace(":", "h")
    columns = {key: pa.array([value], type=pa.string()) for key, value in row.items()}
    if kind == "too_few_fields":
        columns = dict(list(columns.items())[: max(2, len(columns) // 3)])
    line = csvfile.lines(columns)[0].as_py()
    if kind == "too_few_fields_with_quote":
        fields = line.split(",")[:2]
        line = f"{','.join(fields)},5' 10\" tall"
    return line


def add_broken_and_doubled(args: Arguments, name: str, export: Export) -> None:
    """Malformed rows and exact duplicates, few enough to stay well under 1% of the file."""
    rng, size = args.rng(30 + list(BROKEN).index(name)), export.rows()
    most = size // 200
    for kind in BROKEN[name][:most]:
        place = int(rng.integers(size))
        row = {key: column[place].as_py() for key, column in export.columns.items()}
        if name == "checkins":  # an id of its own: a broken row must not replace a good one
            row["checkin_id"] = str(10_000_000 + place)
        export.extras.append((int(rng.integers(size + 1)), _break(kind, name, row)))
        export.malformed[kind] = export.malformed.get(kind, 0) + 1
    doubled = min(DUPLICATES[name], size // 25)
    for place in rng.integers(0, size, doubled).tolist():
        row = {key: column.slice(place, 1) for key, column in export.columns.items()}
        export.extras.append((int(rng.integers(size + 1)), csvfile.lines(row)[0].as_py()))
    export.exact_duplicates = doubled


def plan_corrections(
    args: Arguments, visits: Visits, text: pa.Array, created_us: np.ndarray, locked: set[int]
) -> list[Correction]:
    """Which check-ins were typed in late or edited; moves created_us of those in place.

    Half of the edits change who bought the pass, or which pass it was.
    """
    rng = args.rng(40)
    named = np.flatnonzero((visits.method == ENT) & (visits.written >= 0))
    plain = np.flatnonzero(visits.method == MEM)
    edits = max(4, min(SUPERSEDED, len(named) // 8))
    lates = max(2, round(LATE * args.visit_share * args.gyms))
    done: list[Correction] = []
    used = set(locked)
    last = int(visits.time_us().max())
    for row in rng.permutation(named).tolist():
        if len(done) == edits:
            break
        if row in used or visits.day[row] * DAY_US > last - 12 * DAY_US:
            continue
        used.add(row)
        what, before = _before(rng, len(done), text[row].as_py(), text, named)
        seen = int(created_us[row])
        edited = seen + int(rng.integers(3_600, 9 * 86_400)) * 1_000_000
        if len(done) == 1:  # one pair with equal times: the file's order decides
            edited = seen
        created_us[row] = edited
        done.append(Correction(row, what, seen, edited, before, text[row].as_py()))
    for row in rng.permutation(plain)[:lates].tolist():
        visible = min(int(created_us[row]) + int(rng.integers(1, 12 * 86_400)) * 1_000_000, last)
        created_us[row] = max(visible, int(created_us[row]))
        after = text[row].as_py()
        done.append(Correction(row, "late", int(created_us[row]), -1, "", after))
    return done


def _before(rng, number: int, after: str, text: pa.Array, named: np.ndarray) -> tuple[str, str]:
    """What a description said before it was corrected."""
    head, _, name = after.rpartition(" from ")
    tail = name[name.rfind(" (") :] if name.endswith("remaining)") else ""
    what = ("edit_wrong_buyer", "edit_forgot_buyer", "edit_typo", "edit_wrong_pass")[number % 4]
    if what == "edit_forgot_buyer":
        return what, head + tail
    if what == "edit_typo":
        return what, f"{head} from {name[:1]}{name[2:]}"
    if what == "edit_wrong_pass":
        other = "Day Pass (Adult 14 and Up)"
        return what, f"{other if head != other else other.replace('Day', '7 Day')} from {name}"
    before = after
    for _ in range(20):  # somebody else, where there is somebody else
        if before != after:
            break
        stranger = text[int(rng.choice(named))].as_py().rpartition(" from ")[2]
        stranger = stranger[: stranger.rfind(" (")] if " (" in stranger else stranger
        before = f"{head} from {stranger}{tail}"
    return what, before


def add_superseded(export: Export, corrections: list[Correction], newest_first: np.ndarray) -> None:
    """Older versions of edited check-ins: before or after the valid one in the file."""
    position = np.empty(len(newest_first), dtype=np.int64)
    position[newest_first] = np.arange(len(newest_first))
    for number, item in enumerate(corrections):
        if item.edited_us < 0:
            continue
        place = int(position[item.visit])
        row = {key: column.slice(place, 1) for key, column in export.columns.items()}
        row["entry_method_description"] = pa.array([item.before])
        row["created_at"] = csvfile.moment(np.array([item.visible_us]))
        equal = item.edited_us == item.visible_us
        after = number % 2 == 0 and not equal
        export.extras.append((place + 1 if after else place, csvfile.lines(row)[0].as_py()))
        export.superseded += 1
