"""Read one raw export, CSV or Parquet, so that every record of it is accounted for.

Nothing is typed here. A record that cannot be split into the header's fields is handed on as a
row with `reject_reason` and `raw_text`; a file that cannot be read at all becomes one row whose
`file_error` is the sentence to show. So the caller sees all of a folder, never an exception.

Which files are read says find_exports, what their bytes are file_kinds. The delimiter and the
header are those with which the columns of the contract are found. The CSV rules are those of
RFC 4180 as Python's `csv` reads them in strict mode.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pyarrow as pa

from python_udfs.export_contracts import EXPORTS, Export
from python_udfs.file_kinds import HEAD, PARQUET, FileError, encoding, head_of, unpacked, what_it_is
from python_udfs.find_exports import (
    ExportFile,
    as_pattern,
    dialect_folder,
    files_of,
    is_server,
    last_ending,
    list_files,
)
from python_udfs.plain_lines import is_plain, split
from python_udfs.s3 import is_s3, reason

if TYPE_CHECKING:
    from python_udfs.dialects.source import Source

RECORDS_PER_BATCH = 50_000
DELIMITERS = (",", ";", "\t", "|")
# A header stands within so many lines of a file, and spans so many at most.
HEADER_WITHIN = 10
HEADER_SPANS = 50
# What reading a file may end with, beside FileError.
READ_ERRORS = (duckdb.Error, OSError, EOFError, zlib.error, zipfile.BadZipFile, lzma.LZMAError)
READ_ERRORS += (NotImplementedError, UnicodeError, struct.error)
# Signs at which some programs end a line, and CSV does not.
ODD_LINE_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
NOT_UTF8 = re.compile("[\udc80-\udcff]")
# By its folded name a column may be one that says whom a request means.
MEANINGS = {
    "customer_id": re.compile(r"^(customer|client)(id|no|nr|num(ber)?)?\d*$"),
    "email": re.compile("mail"),
    "phone": re.compile("phone|mobile|telef|^tel|^cell"),
    "full_name": re.compile("name"),
}
# The name of a column as systems write it, and how many of them a report names.
PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_ \-]{0,39}")
COLUMNS_NAMED = 10
PARQUET_ENDINGS = ("parquet", "parq", "pq")
AGE_UNKNOWN = (
    "a server does not tell how old its rows are, so GYM_MAX_EXPORT_AGE_HOURS does not guard them"
)
FILES_SCHEMA = pa.schema(
    [
        pa.field("file_name", pa.string()),
        pa.field("listed_as", pa.string()),
        pa.field("export_name", pa.string()),
        pa.field("byte_count", pa.int64()),
        pa.field("written_at", pa.timestamp("us")),
        pa.field("not_read_because", pa.string()),
        pa.field("cannot", pa.string()),
    ]
)


class Record(NamedTuple):
    """One record of a CSV file: its place, and either its fields or why it has none."""

    line: int
    line_count: int
    fields: list[str] | None
    reject_reason: str | None
    raw_text: str | None


class NoHeaderError(FileError):
    """A file of which no line has a column of its export: what it is shows better in its bytes."""


class Header(NamedTuple):
    """The header of a text file.

    Attributes:
        line: the number of its first line; 1 where no title stands above it.
        end: the number of its last line; a quoted name may hold a line end.
        delimiter: what stands between its fields.
        names: the fields without blanks around them.
    """

    line: int
    end: int
    delimiter: str
    names: list[str]


class _Lines:
    """An iterator over lines that counts them, remembers what it gave, and takes lines back."""

    def __init__(self, lines: Iterable[str], number: int) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.number = number
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def take_back(self, line: str) -> None:
        self._returned.appendleft(line)
        self.number -= 1

    def take_back_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1
        del self.taken[1:]


def read_records(
    lines: Iterable[str], width: int | None = None, delimiter: str = ",", line: int = 0
) -> Iterator[Record]:
    r"""Split lines of CSV text into records, so that no line is lost.

    Where a record breaks a rule, only its first line is rejected and reading goes on at the next
    line: a quote that is never closed costs one line, not the rest of the file.

    Args:
        lines: text lines with their line ends, as `open(..., newline="")` gives them.
        width: number of fields in every record; None takes it from the first record.
        delimiter: what stands between two fields.
        line: the number of the line before the first one.

    Returns:
        Records in file order. Blank lines are none.

    Example:
        >>> [record.fields for record in read_records(["a,b\n", "1,2\n"])]
        [['a', 'b'], ['1', '2']]
    """
    source = _Lines(lines, line)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while record := _next_record(source, reader, width):
        width = width or (record.fields and len(record.fields))
        yield record


def _next_record(source: _Lines, reader: Iterator[list[str]], width: int | None) -> Record | None:
    """The next record of a reader of these lines; None at their end."""
    while True:
        source.taken.clear()
        try:
            fields = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            reason = str(error)
        else:
            if not fields:
                continue
            width = width or len(fields)
            if len(fields) == width:
                count = len(source.taken)
                return Record(source.number - count + 1, count, fields, None, None)
            reason = f"{len(fields)} fields where the header has {width}"
        if len(source.taken) > 1 or reason == "unexpected end of data":
            reason = "a quote is opened and not closed"
            source.take_back_all_but_first()
        return Record(source.number, 1, None, reason, source.taken[0].rstrip("\r\n"))


def folded(name: str) -> str:
    """A column's name without what systems and people change: case, blanks, quotes, `_` and `-`.

    Example:
        >>> folded(" Customer-ID ")
        'customerid'
    """
    return re.sub(r"[\s_\-\"'`\ufeff]+", "", name).casefold()


def match_columns(names: Sequence[str], export: Export) -> dict[str, list[int]]:
    """Where each column of the contract may stand in a header; without those that are missing.

    A name that is equal comes first, then one that is equal but for its case, then one that is
    equal when folded. No place is taken by two columns.
    """
    names = [name.strip("\ufeff \t\r\n\u00a0") for name in names]
    found: dict[str, list[int]] = {}
    for spelling in (str, str.casefold, folded):
        taken = {position for positions in found.values() for position in positions}
        free = [(i, spelling(name)) for i, name in enumerate(names) if i not in taken]
        for column in export.columns:
            if column in found:
                continue
            if positions := [i for i, name in free if name == spelling(column)]:
                found[column] = positions
                free = [(i, name) for i, name in free if i not in positions]
    return found


def what_is_missing(names: Sequence[str], export: Export, file: str) -> str | None:
    """The sentence about a line that is not the header of an export; None where it is."""
    found = match_columns(names, export)
    if export.one_of and not found.keys() & set(export.one_of):
        return f"{file} has no header line with one of the columns {', '.join(export.one_of)}"
    missing = [name for name in export.required_columns if name not in found]
    if not missing:
        return None
    if len(missing) == len(export.required_columns):
        return f"{file} has no header line: its first line looks like data, not a header"
    return (
        f"{file} lacks the column(s) {', '.join(missing)};"
        f" its header is: {', '.join(name.strip() for name in names)[:500]}"
    )


def header_positions(header: Sequence[str], export: Export, file: str) -> list[int | None]:
    """Where each column of the contract stands in a header; None for one that is not there.

    Raises:
        FileError: a required column is missing, or a column of the contract stands there twice.
    """
    if sentence := what_is_missing(header, export, file):
        raise FileError(sentence)
    found = match_columns(header, export)
    for column, positions in found.items():
        if len(positions) > 1:
            names = {header[position].strip() for position in positions}
            spelt = "" if names == {column} else f", as {', '.join(sorted(names))}"
            raise FileError(f"{file} has the column(s) {column} more than once{spelt}")
    if export.one_of:
        _refuse_a_second_meaning(header, found, export, file)
    return [found[name][0] if name in found else None for name in export.columns]


def columns_not_read(header: Sequence[str], positions: Sequence[int | None]) -> str | None:
    """The names of the columns that no contract knows, to be shown; None where it knows all.

    What looks like no name of a column may be data, and is counted only. Where the contract knows
    none of them, all are.

    Example:
        >>> columns_not_read(["customer_id", "Ape Index", "Ann Lee, 555-0100"], [0])
        'Ape Index and 1 more'
    """
    unknown = [name.strip() for place, name in enumerate(header) if place not in positions]
    is_header = any(position is not None for position in positions)
    plain = [name for name in unknown if is_header and PLAIN_NAME.fullmatch(name)]
    shown = plain[:COLUMNS_NAMED]
    others = len(unknown) - len(shown)
    if not unknown:
        return None
    if not shown:
        return f"{others} columns"
    names = ", ".join(shown)
    return f"{names} and {others} more" if others else names


def _refuse_a_second_meaning(
    header: Sequence[str], found: dict[str, list[int]], export: Export, file: str
) -> None:
    """Let no column go unread that may say what one of the contract's says.

    `email_2` may hold an address, and `Name` a name: who is named there alone would be passed over.
    """
    read = {position for positions in found.values() for position in positions}
    for position, name in enumerate(header):
        signs = ((column, MEANINGS[column].search(folded(name))) for column in export.one_of)
        meant = next((column for column, sign in signs if sign), None)
        if position not in read and meant:
            beside = f" beside {header[found[meant][0]].strip()}" if meant in found else ""
            raise FileError(
                f"{file} has a column {name.strip()}{beside}, which is not read and may say whom a"
                f" request means; put what it says into {meant}, a row for each value, or take the"
                " column away"
            )


def find_header(lines: Sequence[str], export: Export, file: str) -> Header:
    """The header among the first lines of a text file, and the delimiter that it shows.

    Args:
        lines: the first lines of the file, all of them where it is short.
        export: the contract, whose columns decide what is a header.
        file: the file's name, for the sentences.

    Raises:
        FileError: none of the first lines is the header, it breaks the contract, or what stands
            above it may be data.
    """
    nearest, problem = [""], ""
    for start, line in enumerate(lines[:HEADER_WITHIN]):
        for delimiter in DELIMITERS if line.strip("\ufeff \t\r\n") else ():
            reader = csv.reader(lines[start:], delimiter=delimiter, strict=True)
            try:
                names = [name.strip() for name in next(reader)]
            except csv.Error as error:
                problem = problem or str(error)
                continue
            if what_is_missing(names, export, file) is None:
                header = Header(start + 1, start + reader.line_num, delimiter, names)
                if odd := what_is_odd(lines[start : header.end], file):
                    raise FileError(odd)
                _refuse_data_above(lines, header, export, file)
                return header
            if len(match_columns(names, export)) > len(match_columns(nearest, export)):
                nearest = names
    if odd := what_is_odd([line for line in lines if line.strip()][:1], file):
        raise NoHeaderError(odd)
    if problem == "unexpected end of data":
        problem = "a quote is opened and not closed"
    if match_columns(nearest, export):
        raise FileError(what_is_missing(nearest, export, file))
    if not any(line.strip("\ufeff \t\r\n") for line in lines):
        raise NoHeaderError(f"{file} is empty: it has no header line")
    if problem:
        raise NoHeaderError(f"{file} has no readable header line: {problem}")
    raise NoHeaderError(what_is_missing(nearest, export, file))


def what_is_odd(header: Sequence[str], file: str) -> str | None:
    r"""The sentence about a header that is no UTF-8, or in which lines end as none of CSV do.

    Example:
        >>> what_is_odd(["id,name\u20285,Ann\n"], "a.csv")
        'a.csv has U+2028 in its header, which ends no line of CSV; save it with usual line ends'
    """
    text = "".join(header)
    if NOT_UTF8.search(text):
        return f"{file} is not UTF-8; save it as CSV UTF-8"
    if odd := ODD_LINE_ENDS.search(text):
        return (
            f"{file} has U+{ord(odd[0]):04X} in its header, which ends no line of CSV; save it with"
            " usual line ends"
        )
    return None


def _refuse_data_above(lines: Sequence[str], header: Header, export: Export, file: str) -> None:
    """Let nothing stand above a header but blank lines and titles.

    A title has one text, or two that are no row of the table; a row of data has an id and more.
    """
    for number, line in enumerate(lines[: header.line - 1], 1):
        texts = [text.strip() for text in line.strip("\ufeff\r\n").split(header.delimiter)]
        said = [text for text in texts if text.strip('"')]
        is_title = (
            len(export.required_columns) > 2
            and not match_columns(texts, export)
            and len(said) <= (1 if len(texts) == len(header.names) else 2)
            and all(re.search(r"[^\W\d_]", text) for text in said[:1])
        )
        if said and not is_title and not re.fullmatch(r"sep=.?", line.strip()):
            raise FileError(
                f"{file} has its header in line {header.line}, and line {number} above it may be"
                " data; take the lines above the header away"
            )


def open_text(
    content: io.BufferedReader, export: Export, file: str
) -> tuple[Header, Iterator[str]]:
    """The header of an unpacked file, and its text behind the header.

    Raises:
        FileError: the file is empty, is no text, or has no header of this export.
    """
    head = head_of(content)
    if len(head) == HEAD and not re.search(rb"[\r\n]", head):
        kind = what_it_is(head) or "no table: its first line does not end"
        raise FileError(f"{file} is {kind}")
    name = encoding(head)
    errors = "surrogateescape" if name.startswith("utf-8") else "strict"
    text = io.TextIOWrapper(content, encoding=name, errors=errors, newline="")
    lines = list(islice(text, HEADER_WITHIN + HEADER_SPANS))
    try:
        header = find_header(lines, export, file)
    except NoHeaderError as error:
        kind = what_it_is(head)
        raise FileError(f"{file} is {kind}") if kind else error from None
    return header, map(_without_nul, chain(lines[header.end :], text))


def _without_nul(line: str) -> str:
    """A line without NUL, which is a part of a text to one reader and its end to another."""
    return line.replace("\0", "") if "\0" in line else line


def read_csv(
    content: io.BufferedReader, export: Export, source: ExportFile
) -> Iterator[pa.RecordBatch]:
    """Read one CSV file as batches of the export's schema.

    Raises:
        FileError: the file is empty, its header breaks the contract, or it is no text.
    """
    header, lines = open_text(content, export, source.name)
    positions = header_positions(header.names, export, source.name)
    not_read = columns_not_read(header.names, positions)
    text = _Lines(lines, header.end)
    reader = csv.reader(text, delimiter=header.delimiter, strict=True)
    width = len(header.names)
    is_at_end = False
    while not is_at_end:
        plain: dict[int, str] = {}
        others: list[Record] = []
        text.taken.clear()
        while len(plain) + len(others) < RECORDS_PER_BATCH and not is_at_end:
            line = next(text, None)
            if line is None:
                is_at_end = True
            elif is_plain(line, width, header.delimiter):
                plain[text.number] = line
            else:
                text.take_back(line)
                record = _next_record(text, reader, width)
                others += [record] if record else []
        yield from _batches(plain, others, positions, header, export, source, not_read)


def _batches(
    plain: Mapping[int, str],
    others: list[Record],
    positions: list[int | None],
    header: Header,
    export: Export,
    source: ExportFile,
    not_read: str | None,
) -> Iterator[pa.RecordBatch]:
    """Plain lines by their number, and other records, as one batch in the order of the file."""
    lines = [*plain.values()]
    wanted = [position for position in positions if position is not None]
    columns = split(lines, len(header.names), header.delimiter, wanted) if lines else []
    if columns is None:
        fields = csv.reader(lines, delimiter=header.delimiter, strict=True)
        others += [
            Record(line, 1, row, None, None) for line, row in zip(plain, fields, strict=True)
        ]
        others.sort()
    found = []
    if others:
        found.append(_batch(others, positions, export, source, header.line, not_read))
    if columns:
        texts = iter(columns)
        records = (
            pa.array(plain, pa.int64()),
            pa.repeat(pa.scalar(1, pa.int32()), len(lines)),
            pa.nulls(len(lines), pa.string()),
            pa.nulls(len(lines), pa.string()),
        )
        every = [None if position is None else next(texts) for position in positions]
        found.append(_with_place(every, records, export, source, header.line, not_read))
    if len(found) > 1:
        found = [pa.concat_batches(found).sort_by("source_line")]
    yield from found


def _batch(
    records: list[Record],
    positions: list[int | None],
    export: Export,
    source: ExportFile,
    header_line: int,
    not_read: str | None = None,
) -> pa.RecordBatch:
    """Turn records into one batch; a record that is not UTF-8 text is rejected here."""
    width = max((position for position in positions if position is not None), default=0) + 1
    nothing = [None] * width
    rows = [record.fields or nothing for record in records]
    columns = list(zip(*rows, strict=False)) or [()] * width
    try:
        texts = [
            None if position is None else pa.array(columns[position], pa.string())
            for position in positions
        ]
        places = (
            pa.array([record.line for record in records], pa.int64()),
            pa.array([record.line_count for record in records], pa.int32()),
            pa.array([record.reject_reason for record in records], pa.string()),
            pa.array([record.raw_text for record in records], pa.string()),
        )
    except UnicodeEncodeError:
        in_utf8 = [_in_utf8(record, positions) for record in records]
        return _batch(in_utf8, positions, export, source, header_line, not_read)
    return _with_place(texts, places, export, source, header_line, not_read)


def _with_place(
    texts: Sequence[pa.Array | None],
    places: Sequence[pa.Array],
    export: Export,
    source: ExportFile,
    header_line: int,
    not_read: str | None,
) -> pa.RecordBatch:
    """A batch of columns, None for one that the file lacks, and of what is kept about each record.

    Args:
        texts: the columns of the contract.
        places: line, number of lines, reason of the rejection and raw text of each record.
        export: the contract.
        source: the file.
        header_line: the line of its header.
        not_read: the names of its columns that no contract knows.
    """
    count = len(places[0])
    return pa.RecordBatch.from_arrays(
        [pa.nulls(count, pa.string()) if column is None else column for column in texts]
        + [
            pa.repeat(pa.scalar(source.name, pa.string()), count),
            *places,
            pa.nulls(count, pa.string()),
            pa.repeat(pa.scalar(source.written_at, pa.timestamp("us")), count),
            pa.repeat(pa.scalar(header_line, pa.int64()), count),
            pa.repeat(pa.scalar(not_read, pa.string()), count),
            pa.nulls(count, pa.string()),
        ],
        schema=export.schema,
    )


def _in_utf8(record: Record, positions: Sequence[int | None]) -> Record:
    r"""Reject a record whose read fields hold bytes that are not UTF-8, which are shown as \xNN."""
    fields = record.fields
    read = [fields[place] for place in positions if place is not None] if fields else []
    try:
        "".join([*read, record.raw_text or ""]).encode()
    except UnicodeEncodeError:
        text = ",".join(fields) if fields else record.raw_text
        shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return record._replace(
            fields=None, reject_reason=record.reject_reason or "not UTF-8 text", raw_text=shown
        )
    return record


def read_parquet(
    cursor: duckdb.DuckDBPyConnection, export: Export, source: ExportFile
) -> Iterator[pa.RecordBatch]:
    """Read one Parquet file as batches of the export's schema; the row number is its line.

    Raises:
        FileError: a column of the contract is missing or stands there twice.
        duckdb.Error: the file is no Parquet or is cut short.
    """
    if NOT_UTF8.search(source.location):
        raise FileError(f"{source.name} has a name that is not UTF-8 text; rename it")
    # quoted, not bound: a query with parameters is stored whole before its first row is read
    parquet = (
        f"read_parquet({_quoted(as_pattern(source.location))}, file_row_number = true,"
        " hive_partitioning = false)"
    )
    names = cursor.sql(f"from {parquet}").columns[:-1]
    positions = header_positions(names, export, source.name)
    not_read = columns_not_read(names, positions)
    columns = ", ".join(
        "null"
        if position is None
        else f"replace(cast({_identifier(names[position])} as varchar), chr(0), '')"
        for position in positions
    )
    written_at = f"'{source.written_at}'" if source.written_at else "null"
    rows = cursor.sql(
        f"select {columns}, {_quoted(source.name)}, file_row_number + 1, cast(1 as integer),"
        " cast(null as varchar), cast(null as varchar), cast(null as varchar),"
        f" cast({written_at} as timestamp), cast(null as bigint),"
        f" cast({_quoted(not_read) if not_read else 'null'} as varchar), cast(null as varchar)"
        f" from {parquet}"
    )
    for batch in rows.to_arrow_reader(RECORDS_PER_BATCH):
        yield pa.RecordBatch.from_arrays(batch.columns, schema=export.schema)


def _quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def read_file(
    cursor: duckdb.DuckDBPyConnection, export: Export, source: ExportFile
) -> Iterator[pa.RecordBatch]:
    """Read one file as batches of the export's schema, whatever its name says that it is."""
    if is_s3(source.location) and last_ending(source.name.lower()) in PARQUET_ENDINGS:
        # streamed: only what is no Parquet by its name is fetched whole
        yield from read_parquet(cursor, export, source)
        return
    with open_file(cursor, source) as stored:
        if head_of(stored).startswith(PARQUET):
            yield from read_parquet(cursor, export, source)
        else:
            yield from read_csv(unpacked(stored, source.name), export, source)


def open_file(cursor: duckdb.DuckDBPyConnection, source: ExportFile) -> io.BufferedReader:
    """Open a file; one on S3 is fetched whole, and for a moment stands in memory twice."""
    if not is_s3(source.location):
        return open(source.location, "rb", buffering=HEAD)
    rows = cursor.execute(
        "select content from read_blob($pattern)", {"pattern": as_pattern(source.location)}
    ).fetchall()
    if not rows:
        raise FileError(f"{source.name} cannot be read: it is not there, or not any more")
    [(content,)] = rows
    return io.BufferedReader(io.BytesIO(content), HEAD)


def why_unreadable(error: Exception, file: str) -> str:
    """The sentence about a file, from what reading it raised: FileError or one of READ_ERRORS."""
    if isinstance(error, FileError):
        return str(error)
    if isinstance(error, UnicodeDecodeError):
        kind = error.encoding.upper()[: len("UTF-16")]
        return f"{file} is {kind} text, damaged or cut short"
    return f"{file} cannot be read: {reason(error)}"


def file_error(export: Export, file: str, sentence: str) -> pa.RecordBatch:
    # of a dialect all is told that is wrong, a line each
    told = sentence.replace("\n", "; ")
    row = dict.fromkeys(export.schema.names) | {"source_file": file, "file_error": told}
    return pa.RecordBatch.from_pylist([row], schema=export.schema)


def root_of(source: duckdb.DuckDBPyRelation) -> str | None:
    """The exports root in a relation of one row; None with --empty, where dbt gives no row."""
    rows = source.fetchall()
    return rows[0][0] if rows else None


def read_export(
    session: duckdb.DuckDBPyConnection,
    path: str,
    source: duckdb.DuckDBPyRelation,
) -> pa.RecordBatchReader:
    """Read all files of one export in the order of their names.

    Local files and Parquet take constant memory, a CSV file on S3 twice its size.

    Args:
        session: the build's connection.
        path: the export's path under the root, a key of EXPORTS.
        source: one row and column, the exports root.

    Returns:
        A stream of batches: the contract's columns as text, then `source_file` (relative to
        the root), `source_line` (1 is the file's first line; in Parquet the row number),
        `source_line_count`, `reject_reason`, `raw_text`, `file_error`, `source_written_at` (UTC;
        null where unknown), `source_header_line` (null in Parquet),
        `columns_not_read` (names of the file's columns that the contract does not know) and
        `left_out_because` (of a row that a dialect does not want).
    """
    export, root = EXPORTS[path], root_of(source)

    def batches() -> Iterator[pa.RecordBatch]:
        if root is None:
            return
        file, row_count = path, 0
        try:
            listed = list_files(session.cursor(), root, EXPORTS)
            sources = sources_for(path, listed)
            for found in files_of(path, export.required and not sources, listed):
                file = found.name
                for batch in read_file(session.cursor(), export, found):
                    row_count += batch.num_rows
                    yield batch
            for source in sources:
                file = f"{source.folder}/"
                for batch in rows_of_source(session, source, path):
                    row_count += batch.num_rows
                    yield batch
            if export.required and not row_count:
                raise FileError(f"{path} is empty: {file} has a header and no row")
        except (FileError, *READ_ERRORS) as error:
            yield file_error(export, file, why_unreadable(error, file))

    return pa.RecordBatchReader.from_batches(export.schema, batches())


def sources_for(path: str, files: Sequence[ExportFile]) -> list[Source]:
    """The folders with a dialect of their own that have rows for an export."""
    if not any(dialect_folder(file.name.split("/")[0]) for file in files):
        return []
    from python_udfs.dialects.source import feeds, sources_among  # few gyms need it

    return [source for source in sources_among(files) if feeds(source, path)]


def copies_of_servers(
    session: duckdb.DuckDBPyConnection, files: Sequence[ExportFile]
) -> tuple[datetime, ...]:
    """When the tables of each server were copied for this build, which makes the copies."""
    if not any(map(is_server, files)):
        return ()
    from python_udfs.dialects.source import copies, sources_among  # few gyms need it

    with session.cursor() as cursor:
        return tuple(chain(*(copies(cursor, source) for source in sources_among(files))))


def rows_of_source(
    session: duckdb.DuckDBPyConnection, source: Source, path: str
) -> Iterator[pa.RecordBatch]:
    """The rows of an export that a dialect makes of a folder."""
    from python_udfs.dialects.source import Reader

    with session.cursor() as cursor:
        yield from Reader(cursor, source).rows(path)


def cannot_tell(file: ExportFile) -> str | None:
    """What the dialect of a file says that its system does not tell; None without a dialect."""
    found = dialect_folder(file.name.split("/")[0]) if "/" in file.name and file.export else None
    if found is None:
        return None
    from python_udfs.dialects import document  # few gyms need it

    try:
        told = document.load(found[0]).document.get("cannot", [])
    except document.DialectError:
        return None  # landing says what is wrong with it
    return "; ".join([*told, *([AGE_UNKNOWN] if is_server(file) else [])]) or None


def list_export_files(
    session: duckdb.DuckDBPyConnection, source: duckdb.DuckDBPyRelation
) -> pa.Table:
    """Every file under the exports root, and why it is not read.

    Args:
        session: the build's connection.
        source: one row and column, the exports root.

    Returns:
        One row per file, by name: file_name, listed_as, export_name, byte_count, written_at,
        not_read_because, cannot. Nothing where the root cannot be listed: every export says that.
    """
    root = root_of(source)
    try:
        files = [] if root is None else list_files(session.cursor(), root, EXPORTS)
    except FileError:
        files = []
    rows = [
        (file.name, file.listed_as, file.export, file.byte_count, file.written_at, file.reason)
        + (cannot_tell(file),)
        for file in files
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(FILES_SCHEMA)
    arrays = [
        pa.array(column, kind) for column, kind in zip(columns, FILES_SCHEMA.types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=FILES_SCHEMA)
