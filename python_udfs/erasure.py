"""Who asked to be erased, and exports without them.

An export is changed while it is read, before anything of it is stored: a row that is about such a
person keeps only its key, and in every other text the person's name, e-mail address and telephone
number give way to "(erased)". So no table, file or page behind can hold what nobody stored. What a
request reaches is found in the exports of the same night and kept in memory only.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa

from python_udfs.export_contracts import EXPORTS, Export, Roles
from python_udfs.file_kinds import FileError
from python_udfs.find_exports import ERASURE, dialect_folder
from python_udfs.person_names import Names, People, email_keys, name_words, phone_keys, replaced

ERASED = "(erased)"
NO_BIRTHDAYS = ("1911-11-11", "1969-12-31", "1970-01-01")
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
Row = Mapping[str, str | None]


class Request(NamedTuple):
    """One request: file and line where it stands, and what it says of the person."""

    place: str
    customer_id: int | None
    full_name: str
    email: str
    phone: str


class Record(NamedTuple):
    """What a row says of its person.

    Attributes:
        customer_id: the customer, where the row tells one.
        first: first name, or the whole name.
        last: last name.
        preferred: what the person wants to be called.
        emails: addresses as they are compared.
        phones: telephone numbers as they are compared.
        birthday: the day, in whatever spelling it can be read; else the text.
    """

    customer_id: int | None
    first: str
    last: str
    preferred: str
    emails: frozenset[str]
    phones: frozenset[str]
    birthday: str

    @property
    def reach(self) -> frozenset[str]:
        """What the person can be known again by, beside the name."""
        return self.emails | self.phones | ({self.birthday} if self.birthday else set())

    def names(self, nicknames: Mapping[str, Collection[str]]) -> Names:
        """The forms in which this person may be written."""
        found = Names()
        found.add(self.first, self.last, self.preferred, nicknames)
        return found

    def is_same_person(self, other: Record, nicknames: Mapping[str, Collection[str]]) -> bool:
        """Whether both records are of one person: one name, and one way to reach or know them."""
        days = {self.birthday, other.birthday}
        if len(days) == 2 and all(ISO_DAY.fullmatch(day) for day in days):
            return False
        if not self.reach & other.reach:
            return False
        people = People()
        people.add(0, self.names(nicknames))
        return bool(people.called(f"{other.first} {other.last}"))


def customer_id(text: str | None) -> int | None:
    """A customer id, also as a spreadsheet writes it; a longer number is none.

    Example:
        >>> customer_id(" 00638.0"), customer_id("no. 5")
        (638, None)
    """
    written = (text or "").replace("\0", "").strip()
    found = re.fullmatch(r"([+-]?)0*([0-9]{1,18})(?:[.]0*)?", written)
    return int(found[1] + found[2]) if found else None


def record(row: Row, roles: Roles) -> Record:
    """What a row says of its person."""

    def text(column: str) -> str:
        return (row.get(column) or "").strip()

    first, last = (*(text(column) for column in roles.name), "", "")[:2]
    return Record(
        customer_id(row.get(roles.ids[-1])) if roles.ids else None,
        first,
        last,
        text(roles.preferred),
        frozenset().union(*(email_keys(row.get(column)) for column in roles.emails)),
        frozenset().union(*(phone_keys(row.get(column)) for column in roles.phones)),
        birthday(text(roles.birthday)),
    )


def birthday(text: str) -> str:
    """A birthday as it is compared; empty for what stands for none.

    Example:
        >>> birthday("1985-05-06 00:00:00+00"), birthday("May 6, 1985"), birthday("1900-01-01")
        ('1985-05-06', '1985-05-06', '')
    """
    if found := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", text):
        day = "-".join(part.zfill(2) for part in found.groups())
        return "" if day < "1905" or day in NO_BIRTHDAYS else day
    for spelling in ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%Y/%m/%d"):
        with contextlib.suppress(ValueError):
            return birthday(datetime.strptime(text, spelling).date().isoformat())
    return text if re.search(r"\d{4}", text) else ""


class OwnIds:
    """The numbers of customers by their ids as the systems of dialects write them.

    An id counts alone and behind its source: `AB-123`, `north:AB-123`.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._numbers: dict[str, dict[int, str]] = defaultdict(dict)
        self._sources: set[str] = set()
        for row in rows:
            number, own = customer_id(row.get("customer_id")), row.get("source_customer_id")
            if number is None:
                continue
            folder = (row.get("source_file") or "").partition("/")[0]
            source = (dialect_folder(folder) or ("", folder.casefold()))[1]
            self._sources.add(source)
            for text in _spellings(own or str(number)):
                for key in (text, f"{source}:{text}"):
                    self._numbers[key][number] = source

    def number(self, text: str | None, place: str) -> int | None:
        """The customer whom a request's customer_id means; None for what is no id.

        Raises:
            FileError: two systems have a customer of this id.
        """
        asked = customer_id(text)
        if not self._sources or not text or not text.strip():
            return asked
        found = {
            number: source
            for spelling in _spellings(text)
            for number, source in self._numbers.get(spelling, {}).items()
        }
        if len(found) > 1:
            sources = sorted(set(found.values()))
            raise FileError(
                f"{place} asks to erase the customer {text.strip()}, who is another person in"
                f" {' and '.join(sources)}; write {sources[0]}:{text.strip()} or name the person"
            )
        if found:
            return next(iter(found))
        source, colon, _ = text.strip().casefold().partition(":")
        if colon and source in self._sources:
            # not in the exports any more: an id of nobody, the same each night
            digest = hashlib.sha256(text.strip().casefold().encode()).digest()
            return -1 - int.from_bytes(digest[:7], "big")
        return asked


def _spellings(text: str) -> set[str]:
    """An id as it is compared; a number also without the zeros that a spreadsheet takes away."""
    source, colon, own = text.strip().casefold().rpartition(":")
    number = customer_id(own)
    return {f"{source}{colon}{it}" for it in (own, own if number is None else str(number))}


def requests_from(rows: Iterable[Row], own_ids: OwnIds | None = None) -> list[Request]:
    """The requests among the rows of privacy/erasure_requests; others are rejected in staging.

    Raises:
        FileError: an id is one of two persons.
    """
    found = []
    ids = own_ids or OwnIds()
    for row in rows:
        if not row.get("reject_reason"):
            place = f"{row['source_file']}:{row['source_line']}"
            request = Request(
                place,
                ids.number(row.get("customer_id"), place),
                (row.get("full_name") or "").strip(),
                (row.get("email") or "").strip() if email_keys(row.get("email")) else "",
                (row.get("phone") or "").strip() if phone_keys(row.get("phone")) else "",
            )
            if any(request[1:]):
                found.append(request)
    return found


@dataclass
class Erased:
    """Who is erased, and for which requests.

    Attributes:
        ids: customer id -> the requests that mean it, by file and line.
        people: how the persons may be written, by request.
        customers: ids of all other customer records.
        namesakes: those of them with the name of an erased person.
        emails: the addresses of all other customer records.
        asked: the number of the customer whom each request means, by file and line.
    """

    ids: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    people: People = field(default_factory=People)
    customers: set[int] = field(default_factory=set)
    namesakes: set[int] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)
    _texts: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ids) or bool(self.people)

    def without(self, text: str, is_record: bool = False) -> tuple[str, frozenset[str]]:
        """A text without the persons, and the requests for which something was taken out."""
        if text not in self._texts:
            found = self.people.found(text, is_record)
            changed = replaced(found.text, found.spans, ERASED) if found.spans else text
            self._texts[text] = changed, frozenset(span.who for span in found.spans)
        return self._texts[text]


def _feeding(table: str) -> list[Export]:
    """The exports of a table of the core; without one, all that tell of people."""
    return [
        export for export in EXPORTS.values()
        if export.feeds and (not table or export.feeds == table)
    ]  # fmt: skip


def find_erased(
    requests: Collection[Request],
    rows_of: Callable[[str], Iterable[Row]],
    nicknames: Mapping[str, Collection[str]],
) -> Erased:
    """Find in the exports whom the requests mean, and how these persons may be written.

    A request with a customer id means that customer. One without means who has both the name and
    the address or number that it gives, or where nobody has both, everybody who has one of them.
    A second record of such a person (one name, and one address, number or birthday) is meant, too.

    Args:
        requests: the requests.
        rows_of: the rows of an export, anew with each call.
        nicknames: word -> the words that stand for the same given name.
    """
    erased = Erased()
    if not requests:
        return erased
    met = _Met(requests, nicknames)
    about_people = [*_feeding("customers"), *_feeding("checkins"), *_feeding("")]
    for export in dict.fromkeys(about_people):
        for row in rows_of(export.path):
            met.look_at(record(row, export.roles), export.feeds)
    known = met.settle()
    for asked, person in known:
        _name(erased, asked, person, nicknames)
    for request in requests:
        _as_asked(erased.people, request, nicknames)
        if request.customer_id is not None:
            erased.ids[request.customer_id].add(request.place)
            erased.asked[request.place] = request.customer_id
    by_reach = defaultdict(list)
    for asked, one in known:
        for reach in one.reach:
            by_reach[reach].append((asked, one))
    for export in _feeding("customers"):
        for row in rows_of(export.path):
            person = record(row, export.roles)
            if person.customer_id in erased.ids:
                continue
            for asked, one in [it for reach in person.reach for it in by_reach.get(reach, ())]:
                if one.is_same_person(person, nicknames):
                    _name(erased, asked, person, nicknames)
    _know_the_others(erased, rows_of)
    return erased


def _know_the_others(erased: Erased, rows_of: Callable[[str], Iterable[Row]]) -> None:
    """Note who is not erased, so that nobody is taken for an erased person of a like name."""
    others = People()
    seen: set[tuple[str, str]] = set()
    for export in (*_feeding("customers"), *_feeding("checkins")):
        for row in rows_of(export.path):
            person = record(row, export.roles)
            if person.customer_id is None or person.customer_id in erased.ids:
                continue
            if export.feeds == "customers":
                erased.customers.add(person.customer_id)
                erased.emails |= person.emails
                if erased.people.called(f"{person.first} {person.last}"):
                    erased.namesakes.add(person.customer_id)
            if (person.first, person.last) not in seen:
                seen.add((person.first, person.last))
                names = person.names({})
                if erased.people.knows_words_of(names):
                    others.add(person.customer_id, names)
    erased.people.except_for(others)


def _as_asked(people: People, request: Request, nicknames: Mapping[str, Collection[str]]) -> None:
    """Add what a request says of its person."""
    names = Names()
    names.add_whole(request.full_name, nicknames)
    people.add(request.place, names)
    people.add_email(request.place, request.email)
    people.add_phone(request.place, request.phone)


def _name(
    erased: Erased, asked: Iterable[int], person: Record, nicknames: Mapping[str, Collection[str]]
) -> None:
    """Add a record of an erased person."""
    for request in asked:
        if person.customer_id is not None:
            erased.ids[person.customer_id].add(request)
        erased.people.add(request, person.names(nicknames))
        for email in person.emails:
            erased.people.add_email(request, email)
        for phone in person.phones:
            erased.people.add_phone(request, phone)


class _Met:
    """The records that each request meets, by what they have in common with it."""

    def __init__(
        self, requests: Collection[Request], nicknames: Mapping[str, Collection[str]]
    ) -> None:
        self._requests = {request.place: request for request in requests}
        self._asked = People()
        self._by_id: dict[int | None, set[str]] = defaultdict(set)
        self._exact: dict[str, tuple[str, ...]] = {}
        self._customers: set[int | None] = set()
        self._records: dict[Record, None] = {}
        self._met: dict[str, dict[Record, set[str]]] = defaultdict(lambda: defaultdict(set))
        for request in requests:
            _as_asked(self._asked, request, nicknames)
            last, _, first = request.full_name.partition(",")
            self._exact[request.place] = name_words(f"{first} {last}".strip())
            if request.customer_id is not None:
                self._by_id[request.customer_id].add(request.place)

    def look_at(self, person: Record, feeds: str) -> None:
        """Note for which requests this may be the person; `feeds` is the table of the core."""
        if feeds == "customers":
            self._customers.add(person.customer_id)
        found: dict[str, set[str]] = defaultdict(set)
        for request in self._by_id.get(person.customer_id, ()):
            found[request].add("id")
        name = f"{person.first} {person.last}".strip()
        spellings = [name, f"{person.preferred} {person.last}"] if person.preferred else [name]
        for request in set().union(*map(self._asked.called, spellings)):
            is_exact = self._exact[request] in map(name_words, spellings)
            found[request] |= {"name", "exact name"} if is_exact else {"name"}
        for reach in person.emails:
            for request in self._asked.email_owners(reach):
                found[request].add("reach")
        for reach in person.phones:
            for request in self._asked.phone_owners(reach):
                found[request].add("reach")
        for request, how in found.items():
            theirs = person
            if feeds != "customers" and "id" not in how and person.customer_id in self._customers:
                # the desk wrote the name into another customer's row: the name counts, not the id
                theirs = person._replace(customer_id=None)
            self._met[request][theirs] |= how

    def settle(self) -> list[tuple[frozenset[str], Record]]:
        """The records of the persons who are meant, each with the requests that mean it."""
        asked_for: dict[Record, set[str]] = defaultdict(set)
        for request, people in self._met.items():
            said = self._requests[request]
            by_name = {"name", "reach"} if said.email or said.phone else {"exact name"}
            for enough in ({"id"}, by_name, set()):
                if chosen := [person for person, how in people.items() if enough <= how]:
                    break
            for person in chosen:
                asked_for[person].add(request)
        # who is meant by one record is meant by every other with that id
        ids: dict[int, set[str]] = defaultdict(set)
        for person, asked in asked_for.items():
            if person.customer_id is not None:
                ids[person.customer_id] |= asked
        for people in self._met.values():
            for person in people:
                if person.customer_id in ids:
                    asked_for[person] |= ids[person.customer_id]
        return [(frozenset(asked), person) for person, asked in asked_for.items()]


# Bookkeeping that tells nothing of a person.
UNTOUCHED = frozenset(
    ["source_file", "source_line", "source_line_count", "source_written_at", "reject_reason"]
    + ["source_header_line", "columns_not_read", "file_error", "left_out_because"]
)
PLACE = ("source_file", "source_line")
ADDED = (pa.field("is_erased", pa.bool_()), pa.field("erased_for", pa.list_(pa.string())))


def without_erased(batch: pa.RecordBatch, path: str, erased: Erased) -> pa.RecordBatch:
    """Rows of one export without the persons who are erased.

    Args:
        batch: rows as they were read, with the bookkeeping columns.
        path: the export, such as `capitan/checkins`.
        erased: who is erased.

    Returns:
        The same rows and two columns more. `is_erased` is true for a row about such a person, of
        which only the key is left; `erased_for` lists the requests that changed a row by file and
        line, and is null where none did.
    """
    size = batch.num_rows
    is_erased, erased_for = [False] * size, [None] * size
    changed: dict[str, list[Any]] = {}
    if erased and path != ERASURE:
        names = [name for name in batch.schema.names if name not in UNTOUCHED]
        changed = {name: batch.column(name).to_pylist() for name in names}
        for number in range(size):
            row = {name: changed[name][number] for name in names}
            left, is_erased[number], asked = _left_of(row, EXPORTS[path].roles, erased)
            if asked:
                erased_for[number] = sorted(asked)
                for name in names:
                    changed[name][number] = left.get(name)
    if path == ERASURE:
        # the ids of other systems give way to the numbers that these have here
        places = zip(*(batch.column(it).to_pylist() for it in PLACE), strict=True)
        given = batch.column("customer_id").to_pylist()
        numbers = [erased.asked.get(f"{file}:{line}") for file, line in places]
        changed["customer_id"] = [
            text if number is None else str(number)
            for text, number in zip(given, numbers, strict=True)
        ]
    columns = [
        pa.array(changed[field.name], field.type)
        if field.name in changed
        else batch.column(field.name)
        for field in batch.schema
    ]
    columns += [
        pa.array(values, field.type)
        for values, field in zip((is_erased, erased_for), ADDED, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema([*batch.schema, *ADDED]))


def _left_of(row: Row, roles: Roles, erased: Erased) -> tuple[Row, bool, set[str]]:
    """What is left of a row, whether it is about an erased person, and for which requests."""
    if asked := _asked_by_its_person(row, roles, erased):
        return {name: row[name] for name in roles.kept}, True, asked
    left, asked = _without_names(row, roles, erased)
    return left, False, asked


def _asked_by_its_person(row: Row, roles: Roles, erased: Erased) -> set[str]:
    """The requests whose person a row is about."""
    asked: set[str] = set()
    if row.get("raw_text") is not None:
        return asked
    ids = [customer_id(row.get(column)) for column in roles.ids]
    for number in ids:
        asked |= erased.ids.get(number, set()) if number is not None else set()
    if asked or (ids and erased.customers.issuperset(ids)):
        return asked
    # no customer record says whose row it is: the name does, and without one the addresses
    name = " ".join(row.get(part) or "" for part in roles.name).strip()
    reached: set[str] = set()
    for column in roles.emails:
        reached |= erased.people.email_owners(row.get(column))
    for column in roles.phones:
        reached |= erased.people.phone_owners(row.get(column))
    if not name:
        return reached
    addresses = set().union(*(email_keys(row.get(column)) for column in roles.emails))
    if not reached and addresses & erased.emails:
        return set()  # a namesake, whose own address is known
    return erased.people.called(name)


def _without_names(
    row: Row, roles: Roles, erased: Erased
) -> tuple[dict[str, str | None], set[str]]:
    """A row about somebody else, without the erased persons in its texts."""
    changed = dict(row)
    asked: set[str] = set()
    if roles.belongs:
        owner = customer_id(row.get(roles.belongs[0]))
        if owner is not None and owner in erased.ids:
            asked |= erased.ids[owner]
            changed |= dict.fromkeys(roles.belongs)
    parts_of_name = roles.name if len(roles.name) > 1 else ()
    if parts_of_name and not _is_namesake(row, roles, erased):
        # the desk wrote the person's name into another customer's row
        found = erased.people.called(" ".join(row.get(part) or "" for part in parts_of_name))
        if found:
            asked |= found
            changed |= dict.fromkeys(parts_of_name)
    for column, text in changed.items():
        # half a name is nobody's, and a number that is an id is no telephone number
        if not text or column in parts_of_name or (column.endswith("_id") and text.isdigit()):
            continue
        is_record = column == "raw_text"
        left, found = erased.without(text, is_record)
        if column in roles.mentions or (is_record and roles.mentions):
            left, mentioned = _without_ids(left, erased)
            found |= mentioned
        if is_record:
            found = found | frozenset(_ids_in(text, erased))
            left = ERASED
        if found:
            asked |= found
            reach = column in roles.emails or column in roles.phones
            changed[column] = None if reach else left
    return changed, asked


def _is_namesake(row: Row, roles: Roles, erased: Erased) -> bool:
    """Whether a row is about a customer whose record has the name of an erased person."""
    return any(customer_id(row.get(column)) in erased.namesakes for column in roles.ids)


def _without_ids(text: str, erased: Erased) -> tuple[str, frozenset[str]]:
    """A text without the customer ids in it that are erased, and the requests that mean them."""
    asked: set[str] = set()

    def left(found: re.Match[str]) -> str:
        requests = erased.ids.get(int(found[0]), set())
        asked.update(requests)
        return ERASED if requests else found[0]

    return re.sub(r"(?<!\d)[0-9]{1,18}(?!\d)", left, text), frozenset(asked)


def _ids_in(text: str, erased: Erased) -> set[str]:
    """The requests whose customer id is a field of a line that could not be split."""
    asked: set[str] = set()
    for part in re.split(r"[,;|\t\"']", text):
        number = customer_id(part)
        asked |= erased.ids.get(number, set()) if number is not None else set()
    return asked
