"""Read the files of a dialect, whatever their form, into tables of text."""

from __future__ import annotations

import codecs
import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import duckdb
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from python_udfs.dialects import databases
from python_udfs.dialects.databases import text_of
from python_udfs.dialects.document import Dialect, columns_of, steps, verb_of
from python_udfs.dialects.sql import Shape, file_query, lookups_of, split_path, table_of
from python_udfs.export_contracts import Export, Roles
from python_udfs.file_kinds import HEAD, FileError, encoding, head_of, unpacked
from python_udfs.find_exports import ExportFile, folded, last_ending
from python_udfs.raw_exports import (
    HEADER_WITHIN,
    READ_ERRORS,
    RECORDS_PER_BATCH,
    Record,
    _batch,
    _quoted,
    columns_not_read,
    header_positions,
    open_file,
    read_file,
    read_records,
    what_is_missing,
    why_unreadable,
)
from python_udfs.raw_exports import folded as folded_column

WORKBOOKS = ("xlsx", "xlsm", "xlsb", "xls", "ods")
JSON_ENDINGS = ("json", "jsonl", "ndjson")
# Files that hold several tables, each of a name of its own.
CONTAINERS = (*WORKBOOKS, *databases.ENDINGS)
# All endings of files that only a dialect reads, beside those of every export.
ENDINGS = (*CONTAINERS, *JSON_ENDINGS)
NESTED = (*JSON_ENDINGS, "parquet", "parq", "pq")


def name_of(file: str, folder: str = "") -> str:
    """The name by which a dialect knows a file: without folder, endings and letter case.

    Example:
        >>> name_of("square.north/Items-2026.csv.gz", "square.north")
        'items-2026'
    """
    below = file.removeprefix(f"{folder}/").split("/")
    parts = [folded(part) for part in below]
    return "/".join([*parts[:-1], parts[-1].split(".")[0]])


def is_of(file: str, folder: str, names: Sequence[str]) -> bool:
    """Whether a file, or the folder in which it is a part, has one of the names.

    Example:
        >>> is_of("gate/visits/2026.csv", "gate", ["visits"])
        True
    """
    own = name_of(file, folder)
    return any(own == known or own.startswith(f"{known}/") for known in map(folded, names))


def columns_read(dialect: Dialect, file: str) -> tuple[list[str], list[str]]:
    """The columns of a file that a dialect reads: those that it cannot do without, and others.

    The first block that reads a file says what it cannot do without. What others read beside it,
    such as who pays for a customer, may be missing.
    """
    from python_udfs.dialects.core import TABLES

    required: dict[str, None] = {}
    others: dict[str, None] = {}
    is_first = True
    for block in dialect.blocks():
        for given in lookups_of(dialect, block):
            if given["file"] == file:
                others |= dict.fromkeys((given["key"], given["take"]))
        if block.source != file:
            continue
        made = {name: value for names, value in steps(block) for name in names}

        def of_file(names: Iterable[str], made: Mapping[str, Any] = made,
                    each: str = block.each) -> Iterator[str]:  # fmt: skip
            for name in names:
                if name in made:
                    value = made[name]
                    inner = [value["regex"]] if "regex" in value else columns_of(value)
                    yield from of_file([one for one in inner if one != name])
                elif each and name.startswith("^."):
                    yield name.removeprefix("^.")
                elif not each and name != "#":
                    yield name

        needed = [one.name for one in TABLES[block.table].columns if one.is_required]
        for name, value in block.columns.items():
            # one of several is enough, and nobody can say which
            is_needed = is_first and name in needed and verb_of(value) != "first_of"
            for column in of_file(columns_of(value)):
                (required if is_needed else others)[column] = None
        kept = [one for line in block.keep for one in (line["column"], line.get("equals")) if one]
        found = dict.fromkeys(of_file([*kept, *block.unique_by]))
        (required if is_first else others).update(found)
        for _, value in steps(block):
            others |= dict.fromkeys(
                of_file([value["regex"]] if "regex" in value else columns_of(value))
            )
        if block.each:
            (required if is_first else others)[block.each] = None
        is_first = False
    fill = dialect.files[file].get("fill_down", {})
    required |= dict.fromkeys([fill["by"]] if fill else [])
    others |= dict.fromkeys(fill.get("columns", []))
    return list(required), [name for name in others if name not in required]


def contract_of(dialect: Dialect, file: str, is_nested: bool) -> Export:
    """What a file must have, as a contract like that of the project's own exports."""
    required, others = columns_read(dialect, file)
    if is_nested:
        required = list(dict.fromkeys(split_path(name)[0] for name in required))
        others = [
            name
            for name in dict.fromkeys(split_path(name)[0] for name in others)
            if name not in required
        ]
    return Export(file, False, tuple(required), tuple(others), (), "", Roles())


def is_nested(file: ExportFile) -> bool:
    """Whether the values of a file may be objects."""
    return bool(set(folded(file.name).split(".")) & set(NESTED))


def load(
    cursor: duckdb.DuckDBPyConnection, dialect: Dialect, file: str, found: Sequence[ExportFile]
) -> Shape | None:
    """Read a file of a dialect into a temporary table.

    Returns:
        What the table has; a column that no file has is none of it. None where the workbooks and
        databases among the files have no such sheet or table.

    Raises:
        FileError: it cannot be read.
    """
    nested = any(is_nested(one) for one in found)
    contract = contract_of(dialect, file, nested)
    seen: set[str] = set()
    # read on another connection: this one waits for the rows
    reading = cursor.cursor()
    failed: list[FileError] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for one in found:
                yield from _read(reading, dialect, file, contract, one, seen)
        except FileError as error:
            failed.append(error)
            raise

    reader = pa.RecordBatchReader.from_batches(contract.schema, batches())
    table = table_of(file)
    cursor.register("_file", reader)
    try:
        cursor.execute(f"create or replace temp table {table} as select * from _file")
    except duckdb.Error as error:
        # DuckDB tells of it in its own words, with a traceback
        raise (failed or [error])[0] from None
    finally:
        cursor.unregister("_file")
    if not seen and all(last_ending(folded(one.name)) in CONTAINERS for one in found):
        if dialect.files[file].get("required"):
            names = " or ".join(dialect.files[file]["names"])
            raise FileError(
                f"{', '.join(one.name for one in found)} has no sheet or table {names}, or none"
                f" that may be read, and the dialect {dialect.name} needs it"
            )
        return None
    shape = Shape(frozenset(seen), nested)
    cursor.execute(f"create or replace temp table {table} as {file_query(dialect, file, shape)}")
    return shape


def _read(
    cursor: duckdb.DuckDBPyConnection,
    dialect: Dialect,
    key: str,
    contract: Export,
    file: ExportFile,
    seen: set[str],
) -> Iterator[pa.RecordBatch]:
    """Batches of one file; `seen` comes to hold the columns of the contract that it has."""
    options = dialect.files[key]
    ending = next((one for one in reversed(folded(file.name).split(".")) if one in ENDINGS), "")
    try:
        if ending in WORKBOOKS:
            for sheet, rows in _sheets(cursor, file, options["names"]):
                yield from _table_of_rows(sheet, rows, contract, file, seen)
        elif ending in databases.ENDINGS:
            for table, rows in _tables(cursor, dialect, key, file):
                yield from _table_of_rows(table, rows, contract, file, seen)
        elif ending in JSON_ENDINGS:
            yield from _objects(cursor, contract, file, options.get("path", ""), seen)
        elif {"header_row", "encoding", "delimiter"} & options.keys():
            yield from _told_text(cursor, contract, file, options, seen)
        else:
            seen |= set(contract.columns) & _header(cursor, contract, file)
            yield from read_file(cursor, contract, file)
    except CalamineError as error:
        raise FileError(f"{file.name} is a workbook that cannot be read: {error}") from None
    except sqlite3.Error as error:
        raise FileError(f"{file.name} cannot be read: {error}") from None
    except READ_ERRORS as error:
        raise FileError(why_unreadable(error, file.name)) from error


def header_of(
    cursor: duckdb.DuckDBPyConnection, dialect: Dialect, key: str, file: ExportFile
) -> list[str]:
    """The columns that a file has, as it writes them; of JSON those of its first records."""
    from python_udfs.raw_exports import PARQUET, as_pattern, open_text

    options = dialect.files[key]
    ending = next((one for one in reversed(folded(file.name).split(".")) if one in ENDINGS), "")
    nobody = Export(key, False, (), (), (), "", Roles())
    if ending in WORKBOOKS:
        _, rows = next(_sheets(cursor, file, options["names"]), ("", []))
        return [text for text in (rows[0] if rows else []) if text]
    if ending in databases.ENDINGS:
        with databases.opened(cursor, file) as database:
            wanted = [folded(name) for name in options["names"]]
            name = next((name for name in database.names() if folded(name) in wanted), None)
            return [text for text in next(database.rows(name, 0)) if text] if name else []
    if ending in JSON_ENDINGS:
        found: dict[str, None] = {}
        for record in islice(_records(cursor, file, options.get("path", "")), 100):
            if isinstance(record[1], dict):
                found |= dict.fromkeys(record[1])
        return list(found)
    if {"header_row", "encoding", "delimiter"} & options.keys():
        lines = _told_lines(cursor, file, options)
        return next(csv.reader(lines, delimiter=options.get("delimiter", ",")), [])
    with open_file(cursor, file) as stored:
        if head_of(stored).startswith(PARQUET):
            return cursor.sql(f"from read_parquet({_quoted(as_pattern(file.location))})").columns
        contract = contract_of(dialect, key, False)
        try:
            return open_text(unpacked(stored, file.name), contract, file.name)[0].names
        except FileError:
            pass
    with open_file(cursor, file) as stored:
        return open_text(unpacked(stored, file.name), nobody, file.name)[0].names


def _header(cursor: duckdb.DuckDBPyConnection, contract: Export, file: ExportFile) -> set[str]:
    """The columns of a contract that a text or Parquet file has."""
    from python_udfs.raw_exports import PARQUET, as_pattern, match_columns, open_text

    with open_file(cursor, file) as stored:
        if head_of(stored).startswith(PARQUET):
            names = cursor.sql(f"from read_parquet({_quoted(as_pattern(file.location))})").columns
        else:
            names = open_text(unpacked(stored, file.name), contract, file.name)[0].names
    return set(match_columns(names, contract))


def _sheets(
    cursor: duckdb.DuckDBPyConnection, file: ExportFile, names: Sequence[str]
) -> Iterator[tuple[str, list[list[str | None]]]]:
    """The sheets of a workbook that have one of the names; the first one where the file has it."""
    with open_file(cursor, file) as stored:
        book = CalamineWorkbook.from_filelike(io.BytesIO(stored.read()))
    wanted = [folded(name) for name in names]
    sheets = [name for name in book.sheet_names if folded(name) in wanted]
    if not sheets and is_named(file, names):
        sheets = book.sheet_names[:1]
    for name in sheets:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        yield name, [[text_of(value) for value in row] for row in rows]


def is_named(file: ExportFile, names: Sequence[str]) -> bool:
    """Whether a file itself has one of the names."""
    own = folded(file.name.rpartition("/")[2]).split(".")[0]
    return any(own == folded(name).rpartition("/")[2] for name in names)


def _tables(
    cursor: duckdb.DuckDBPyConnection, dialect: Dialect, key: str, file: ExportFile
) -> Iterator[tuple[str, Iterator[list[str | None]]]]:
    """The tables of a database that are read for a key by name, the header first."""
    wanted = [folded(name) for name in dialect.files[key]["names"]]
    with databases.at_one_moment(cursor, file, tables_read(dialect)) as database:
        for name in database.names():
            if folded(name) in wanted:
                yield name, database.rows(name)


def tables_read(dialect: Dialect) -> dict[str, set[str]]:
    """For each table of a database that a dialect reads, folded, its columns, folded."""
    found: dict[str, set[str]] = {}
    for key, options in dialect.files.items():
        columns = {folded_column(name) for name in contract_of(dialect, key, False).columns}
        for name in options["names"]:
            found[folded(name)] = found.get(folded(name), set()) | columns
    return found


def _table_of_rows(
    table: str,
    rows: Iterable[Sequence[str | None]],
    contract: Export,
    file: ExportFile,
    seen: set[str],
) -> Iterator[pa.RecordBatch]:
    """Batches of the rows of a sheet or table, whose header stands within the first ones."""
    rows = iter(rows)
    first = list(islice(rows, HEADER_WITHIN))
    texts = [[text or "" for text in row] for row in first]
    start = next(
        (
            i
            for i, row in enumerate(texts)
            if any(row) and what_is_missing(row, contract, "") is None
        ),
        0,
    )
    header = texts[start] if texts else []
    records = (
        Record(number, 1, [*row], None, None)
        for number, row in enumerate(chain(first[start + 1 :], rows), start + 2)
        if any(row)
    )
    yield from _batches(records, header, contract, file, seen, start + 1, table)


def _batches(
    records: Iterable[Record],
    header: Sequence[str],
    contract: Export,
    file: ExportFile,
    seen: set[str],
    header_line: int = 1,
    table: str = "",
) -> Iterator[pa.RecordBatch]:
    """Batches of records below a header; `seen` comes to hold the columns that it has."""
    positions = header_positions(header, contract, file.name)
    seen |= {
        name for name, place in zip(contract.columns, positions, strict=True) if place is not None
    }
    not_read = columns_not_read(header, positions)
    if not_read and table:
        not_read = f"{table}: {not_read}"
    records = iter(records)
    while batch := list(islice(records, RECORDS_PER_BATCH)):
        yield _batch(batch, positions, contract, file, header_line, not_read)


def _records(
    cursor: duckdb.DuckDBPyConnection, file: ExportFile, path: str
) -> Iterator[tuple[int, Any]]:
    """The records of a JSON file, each with its place: a list, an object with a list, or lines.

    Numbers stay as they are written: an id of many digits is no number.
    """
    with open_file(cursor, file) as stored:
        content = unpacked(stored, file.name).read()
    if content.startswith(codecs.BOM_UTF8):
        content = content[3:]
    text = content.decode(encoding(content[:HEAD]))
    if "jsonl" in file.name.lower() or "ndjson" in file.name.lower():
        yield from _lines_of(text)
        return
    try:
        whole = json.loads(text, parse_int=str, parse_float=str)
    except ValueError as error:
        if "Extra data" in str(error):
            yield from _lines_of(text)
            return
        raise FileError(f"{file.name} is no JSON: {error}") from None
    found = whole
    for part in path.split(".") if path and isinstance(whole, dict) else ():
        found = found.get(part) if isinstance(found, dict) else None
    if found is None:
        raise FileError(f"{file.name} has no list at {path}; it has {', '.join(list(whole)[:10])}")
    yield from enumerate(found if isinstance(found, list) else [found], 1)


def _lines_of(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line, parse_int=str, parse_float=str)
            except ValueError:
                yield number, line


def _objects(
    cursor: duckdb.DuckDBPyConnection, contract: Export, file: ExportFile, path: str, seen: set[str]
) -> Iterator[pa.RecordBatch]:
    """Batches of the records of a JSON file."""
    found = list(_records(cursor, file, path))
    header = list(
        dict.fromkeys(name for _, record in found if isinstance(record, dict) for name in record)
    )
    if not header and not found:
        return

    def records() -> Iterator[Record]:
        for number, record in found:
            if isinstance(record, dict):
                fields = [_of_json(record.get(name)) for name in header]
                yield Record(number, 1, fields, None, None)
            else:
                shown = record if isinstance(record, str) else json.dumps(record)
                yield Record(number, 1, None, "no JSON object", shown)

    yield from _batches(records(), header, contract, file, seen)


def _of_json(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return value


def _told_lines(
    cursor: duckdb.DuckDBPyConnection, file: ExportFile, options: Mapping[str, Any]
) -> Iterator[str]:
    """The lines of a text of which the dialect says the encoding or where the header is."""
    with open_file(cursor, file) as stored:
        content = unpacked(stored, file.name).read()
    name = options.get("encoding") or encoding(content[:HEAD])
    try:
        text = content.decode(name)
    except (UnicodeDecodeError, LookupError) as error:
        raise FileError(f"{file.name} cannot be read as {name}: {error}") from None
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    return islice(lines, options.get("header_row", 1) - 1, None)


def _told_text(
    cursor: duckdb.DuckDBPyConnection,
    contract: Export,
    file: ExportFile,
    options: Mapping[str, Any],
    seen: set[str],
) -> Iterator[pa.RecordBatch]:
    delimiter, row = options.get("delimiter", ","), options.get("header_row", 1)
    records = read_records(_told_lines(cursor, file, options), None, delimiter, row - 1)
    first = next(records, None)
    if first is None or first.fields is None:
        raise FileError(f"{file.name} has no header in line {row}")
    yield from _batches(records, first.fields, contract, file, seen, first.line)
