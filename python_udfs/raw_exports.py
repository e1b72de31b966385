"""Read one raw export, CSV or Parquet, so that every record of it is accounted for.

Nothing is typed here. A record that cannot be split into the header's fields is handed on as a
row with `reject_reason` and `raw_text`; a file that cannot be read at all becomes one row whose
`file_error` is the sentence to show. So the caller sees all of a folder, never an exception.

The CSV rules are those of RFC 4180 as Python's `csv` reads them in strict mode.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

import duckdb
import pyarrow as pa

from erasure import ADDED, Erased, without_erased
from s3_access import is_s3, reason

RECORDS_PER_BATCH = 50_000
BOOKKEEPING = (
    pa.field("source_file", pa.string()),
    pa.field("source_line", pa.int64()),
    pa.field("source_line_count", pa.int32()),
    pa.field("source_written_at", pa.timestamp("us")),
    pa.field("reject_reason", pa.string()),
    pa.field("raw_text", pa.string()),
    pa.field("file_error", pa.string()),
)


@dataclass(frozen=True)
class Export:
    """The contract of one export: where it lies under the root, and its columns.

    Attributes:
        path: folder and stem under the exports root, such as `capitan/checkins`.
        required: whether a build without this export is refused.
        required_columns: columns that the models read; a file without one of them is refused.
        other_columns: documented columns that no model needs; empty where a file lacks them.
    """

    path: str
    required: bool
    required_columns: tuple[str, ...]
    other_columns: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the contract, the required ones first."""
        return self.required_columns + self.other_columns

    @property
    def schema(self) -> pa.Schema:
        """The contract's columns as text, then the bookkeeping columns."""
        return pa.schema([pa.field(name, pa.string()) for name in self.columns] + [*BOOKKEEPING])


MEMBERSHIP_FLAGS = (
    "is_founder", "is_college", "is_corporate", "is_mid_day", "is_fitness_only",
    "has_fitness_addon", "is_team_dues", "is_bcf", "is_90_for_90", "is_not_in_special",
)  # fmt: skip

EXPORTS = {
    export.path: export
    for export in (
        Export(
            "capitan/checkins",
            True,
            (
                "checkin_id", "customer_id", "customer_first_name", "customer_last_name",
                "checkin_datetime", "entry_method", "entry_method_description", "location_id",
                "location_name", "created_at",
            ),
            (
                "customer_email", "customer_birthday", "is_free_entry", "free_entry_reason",
                "lifetime_checkin_count",
            ),
        ),
        Export(
            "capitan/customers",
            True,
            (
                "customer_id", "email", "first_name", "last_name", "preferred_name", "birthday",
                "has_active_membership", "created_at",
            ),
            (
                "phone", "has_opted_in_to_marketing", "active_waiver_exists",
                "latest_waiver_expiration_date", "relations_url", "emergency_contacts_url",
            ),
        ),
        Export(
            "capitan/members",
            False,
            (
                "membership_id", "member_id", "customer_id", "member_first_name",
                "member_last_name", "name", "start_date", "end_date", "status", "size",
            ),
            (
                "member_is_individually_frozen", "billing_amount", "interval", "frequency",
                *MEMBERSHIP_FLAGS,
            ),
        ),
        Export(
            "capitan/memberships",
            False,
            (
                "membership_id", "membership_type_id", "name", "start_date", "end_date", "status",
                "owner_id", "size",
            ),
            (
                "billing_amount", "upcoming_bill_dates", "projected_amount", "interval",
                "membership_owner_age", "frequency", *MEMBERSHIP_FLAGS,
            ),
        ),
        Export(
            "capitan/relations",
            False,
            ("customer_id", "related_customer_id", "relationship"),
            ("related_customer_first_name", "related_customer_last_name", "created_at"),
        ),
        Export(
            "privacy/erasure_requests",
            False,
            ("customer_id", "full_name"),
            ("email", "phone", "requested_at"),
        ),
        Export(
            "transactions/combined_transaction_data",
            False,
            (
                "transaction_id", "Description", "Total Amount", "Name", "Date", "receipt_email",
                "billing_email", "Data Source", "Day Pass Count",
            ),
            (
                "Pre-Tax Amount", "Tax Amount", "Discount Amount", "payment_intent_status",
                "stripe_customer_id", "revenue_category", "membership_size", "membership_freq",
                "is_founder", "is_free_membership", "sub_category", "sub_category_detail", "date_",
                "base_price_amount", "status", "payment_id", "order_id", "quantity",
                "fitness_amount",
            ),
        ),
    )
}  # fmt: skip


class Record(NamedTuple):
    """One record of a CSV file: its place, and either its fields or why it has none."""

    line: int
    line_count: int
    fields: list[str] | None
    reject_reason: str | None
    raw_text: str | None


class FileError(Exception):
    """A file that cannot be read as a whole; the message is the sentence to show."""


class _Lines:
    """An iterator over lines that counts them, remembers what it gave, and takes lines back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def take_back_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]


def read_records(lines: Iterable[str], width: int | None = None) -> Iterator[Record]:
    r"""Split lines of CSV text into records, so that no line is lost.

    Where a record breaks a rule, only its first line is rejected and reading goes on at the next
    line: a quote that is never closed costs one line, not the rest of the file.

    Args:
        lines: text lines with their line ends, as `open(..., newline="")` gives them.
        width: number of fields in every record; None takes it from the first record.

    Returns:
        Records in file order. Blank lines are none.

    Example:
        >>> [record.fields for record in read_records(["a,b\n", "1,2\n"])]
        [['a', 'b'], ['1', '2']]
    """
    source = _Lines(lines)
    reader = csv.reader(source, strict=True)
    while True:
        source.taken.clear()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = str(error)
        else:
            if not fields:
                continue
            width = width or len(fields)
            if len(fields) == width:
                count = len(source.taken)
                yield Record(source.number - count + 1, count, fields, None, None)
                continue
            reason = f"{len(fields)} fields where the header has {width}"
        if len(source.taken) > 1 or reason == "unexpected end of data":
            reason = "a quote is opened and not closed"
            source.take_back_all_but_first()
        yield Record(source.number, 1, None, reason, source.taken[0].rstrip("\r\n"))


def header_positions(header: Sequence[str], export: Export, file: str) -> list[int | None]:
    """Where each column of the contract stands in a header; None for one that is not there.

    Raises:
        FileError: a required column is missing, or a column of the contract stands there twice.
    """
    names = [name.strip() for name in header]
    missing = [name for name in export.required_columns if name not in names]
    if len(missing) == len(export.required_columns):
        kind = "an HTML or XML page" if names[0].startswith("<") else "data, not a header"
        raise FileError(f"{file} has no header line: its first line looks like {kind}")
    if missing:
        raise FileError(
            f"{file} lacks the column(s) {', '.join(missing)};"
            f" its header is: {', '.join(names)[:500]}"
        )
    twice = sorted({name for name in export.columns if names.count(name) > 1})
    if twice:
        raise FileError(f"{file} has the column(s) {', '.join(twice)} more than once")
    return [names.index(name) if name in names else None for name in export.columns]


def read_csv(binary: IO[bytes], export: Export, file: str) -> Iterator[pa.RecordBatch]:
    """Read one CSV file as batches of the export's schema.

    Raises:
        FileError: the file is empty, is not UTF-8, or its header breaks the contract.
    """
    start = binary.read(2)
    if start in (b"\xff\xfe", b"\xfe\xff"):
        raise FileError(f"{file} is UTF-16 text; exports are UTF-8")
    binary.seek(0)
    text = io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape", newline="")
    records = read_records(text)
    header = next(records, None)
    if header is None:
        raise FileError(f"{file} is empty: it has no header line")
    if header.fields is None:
        raise FileError(f"{file} has no readable header line: {header.reject_reason}")
    positions = header_positions(header.fields, export, file)
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == RECORDS_PER_BATCH:
            yield _batch(batch, positions, export, file)
            batch = []
    yield _batch(batch, positions, export, file)


def _batch(
    records: list[Record], positions: list[int | None], export: Export, file: str
) -> pa.RecordBatch:
    """Turn records into one batch; a record that is not UTF-8 text is rejected here."""
    width = max((position for position in positions if position is not None), default=0) + 1
    nothing = [None] * width
    rows = [record.fields or nothing for record in records]
    columns = list(zip(*rows, strict=False)) or [()] * width
    try:
        return pa.RecordBatch.from_arrays(
            [
                pa.nulls(len(records), pa.string())
                if position is None
                else pa.array(columns[position], pa.string())
                for position in positions
            ]
            + [
                pa.array([file] * len(records), pa.string()),
                pa.array([record.line for record in records], pa.int64()),
                pa.array([record.line_count for record in records], pa.int32()),
                pa.nulls(len(records), pa.timestamp("us")),
                pa.array([record.reject_reason for record in records], pa.string()),
                pa.array([record.raw_text for record in records], pa.string()),
                pa.nulls(len(records), pa.string()),
            ],
            schema=export.schema,
        )
    except UnicodeEncodeError:
        return _batch([_in_utf8(record) for record in records], positions, export, file)


def _in_utf8(record: Record) -> Record:
    r"""Reject a record that holds bytes which are not UTF-8; its text shows them as \xNN."""
    text = ",".join(record.fields) if record.fields else record.raw_text or ""
    try:
        text.encode()
    except UnicodeEncodeError:
        shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return record._replace(
            fields=None, reject_reason=record.reject_reason or "not UTF-8 text", raw_text=shown
        )
    return record


def read_parquet(
    cursor: duckdb.DuckDBPyConnection, export: Export, location: str, file: str
) -> Iterator[pa.RecordBatch]:
    """Read one Parquet file as batches of the export's schema; the row number is its line.

    Raises:
        FileError: a column of the contract is missing or stands there twice.
        duckdb.Error: the file is no Parquet or is cut short.
    """
    names = cursor.read_parquet(location).columns
    positions = header_positions(names, export, file)
    columns = ", ".join(
        "null" if position is None else f'cast("{names[position]}" as varchar)'
        for position in positions
    )
    # quoted, not bound: a query with parameters is stored whole before its first row is read
    quoted_file, quoted_location = (text.replace("'", "''") for text in (file, location))
    rows = cursor.sql(
        f"select {columns}, '{quoted_file}', file_row_number + 1, cast(1 as integer), cast(null as timestamp),"
        " cast(null as varchar), cast(null as varchar), cast(null as varchar)"
        f" from read_parquet('{quoted_location}', file_row_number = true)"
    )
    for batch in rows.to_arrow_reader(RECORDS_PER_BATCH):
        yield pa.RecordBatch.from_arrays(batch.columns, schema=export.schema)


def _read_file(
    cursor: duckdb.DuckDBPyConnection, export: Export, location: str, file: str
) -> Iterator[pa.RecordBatch]:
    if location.endswith(".parquet"):
        yield from read_parquet(cursor, export, location, file)
        return
    with _open(cursor, location) as stored:
        binary: Any = gzip.GzipFile(fileobj=stored) if location.endswith(".gz") else stored
        yield from read_csv(binary, export, file)


def _open(cursor: duckdb.DuckDBPyConnection, location: str) -> IO[bytes]:
    """Open a file; one on S3 is fetched whole, and for a moment stands in memory twice."""
    if not is_s3(location):
        return open(location, "rb")
    blob = cursor.execute("select content from read_blob($location)", {"location": location})
    [(content,)] = blob.fetchall()
    return io.BytesIO(content)


def _file_error(export: Export, file: str, sentence: str) -> pa.RecordBatch:
    row = dict.fromkeys(export.schema.names) | {"source_file": file, "file_error": sentence}
    return pa.RecordBatch.from_pylist([row], schema=export.schema)


def find_files(export: Export, locations: Sequence[str]) -> dict[str, str]:
    """The data files of one export: name under the root -> location, sorted by name.

    Args:
        export: the contract.
        locations: every file in the export's folder.

    Raises:
        FileError: a required export has no file, or one export lies there in two forms.
    """
    files = {}
    for location in sorted(locations):
        _, found, rest = location.replace("\\", "/").rpartition(f"/{export.path}")
        if found and rest[:1] in "./" and rest.endswith((".csv", ".csv.gz", ".parquet")):
            files[export.path + rest] = location
    if not files and export.required:
        raise FileError(
            f"{export.path}.csv is missing, and so is a .csv.gz, a .parquet or a folder of that"
            " name, under the exports root (GYM_RAW_EXPORTS)"
        )
    forms = {name.removeprefix(export.path).split("/")[0] for name in files}
    if len(forms) > 1:
        raise FileError(f"{export.path} is there in more than one form: {', '.join(files)}")
    return files


def list_files(cursor: duckdb.DuckDBPyConnection, patterns: Sequence[str]) -> list[str]:
    """The locations of the files that fit the patterns.

    Raises:
        FileError: the folder is on S3 and cannot be listed.
    """
    found = []
    for pattern in patterns:
        try:
            rows = cursor.execute("select file from glob($pattern)", {"pattern": pattern})
            found += [location for (location,) in rows.fetchall()]
        except duckdb.Error as error:
            raise FileError(f"{pattern.rstrip('*/')} cannot be listed: {reason(error)}") from None
    return found


def read_export(
    session: duckdb.DuckDBPyConnection, path: str, source: duckdb.DuckDBPyRelation
) -> pa.RecordBatchReader:
    """Read all files of one export in the order of their names.

    Local files and Parquet take constant memory, a CSV file on S3 twice its size.

    Args:
        session: the build's connection.
        path: the export's path under the root, a key of EXPORTS.
        source: one column, patterns such as `exports/capitan/**` or the locations of files.

    Returns:
        A stream of batches: the contract's columns as text, then `source_file` (relative to
        the root), `source_line` (1 is the header's line; in Parquet the row number),
        `source_line_count`, `reject_reason`, `raw_text` and `file_error`.
    """
    export = EXPORTS[path]
    patterns = [pattern for (pattern,) in source.fetchall()]

    def batches() -> Iterator[pa.RecordBatch]:
        file = path
        try:
            files = find_files(export, list_files(session.cursor(), patterns))
            for file, location in files.items():
                yield from _read_file(session.cursor(), export, location, file)
        except FileError as error:
            yield _file_error(export, file, str(error))
        except (duckdb.Error, OSError, EOFError, zlib.error) as error:
            yield _file_error(export, file, f"{file} cannot be read: {reason(error)}")

    return pa.RecordBatchReader.from_batches(
        pa.schema([*export.schema, *ADDED]),
        (without_erased(batch, path, Erased()) for batch in batches()),
    )
