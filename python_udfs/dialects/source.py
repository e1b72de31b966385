"""Read the files of a source by its dialect, as rows of the project's own exports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import duckdb
import pyarrow as pa

from python_udfs.dialects.core import TABLES
from python_udfs.dialects.databases import copied_at
from python_udfs.dialects.document import Block, Dialect, load
from python_udfs.dialects.files import CONTAINERS, is_of, tables_read
from python_udfs.dialects.files import load as load_file
from python_udfs.dialects.sql import (
    LEFT_OUT,
    REASON,
    TWICE,
    Query,
    Shape,
    block_query,
    identifier,
    literal,
    lookup_query,
    lookup_table,
    lookups_of,
    macros,
    told,
)
from python_udfs.export_contracts import BOOKKEEPING, EXPORTS
from python_udfs.file_kinds import FileError
from python_udfs.find_exports import ExportFile, dialect_folder, folded, is_server, last_ending
from python_udfs.raw_exports import RECORDS_PER_BATCH

# A file that cannot be read has no rows here.
KNOWN_OF_ROWS = {field.name for field in BOOKKEEPING} - {"file_error"}
PASS_COLUMNS = ("pass_name", "pass_buyer_name", "pass_buyer_id", "pass_remaining_count")


class Source(NamedTuple):
    """A folder of exports that a dialect reads.

    Attributes:
        name: in whose name ids are numbered; the folder's, without that of the dialect.
        dialect: how it is read.
        folder: the folder's name as it is in the names of its files; empty for the root itself.
        files: its files.
    """

    name: str
    dialect: Dialect
    folder: str
    files: Sequence[ExportFile]

    def files_of(self, key: str) -> list[ExportFile]:
        """The files of one key of the dialect.

        Raises:
            FileError: a required one is missing, or one name is there in several forms.
        """
        options = self.dialect.files[key]
        found = [file for file in self.files if is_of(file.name, self.folder, options["names"])]
        if not found:
            # a workbook or database may hold a table of such a name
            found = [file for file in self.files if last_ending(folded(file.name)) in CONTAINERS]
        own = {file.name.removeprefix(f"{self.folder}/").split("/")[0] for file in found}
        if len(own) > 1 and not all(last_ending(folded(name)) in CONTAINERS for name in own):
            names = ", ".join(file.name for file in found)
            raise FileError(f"{self.name}: {key} is there in more than one form: {names}")
        if not found and options.get("required"):
            names = " or ".join(options["names"])
            raise FileError(
                f"{self.name}: the file {names} is missing, which the dialect"
                f" {self.dialect.name} needs" + (f" in {self.folder}/" if self.folder else "")
            )
        return found


class Landed(NamedTuple):
    """A block that was read: its query, where its rows are, and what its file has."""

    block: Block
    query: Query
    table: str
    shape: Shape | None


def sources_among(files: Sequence[ExportFile]) -> list[Source]:
    """The sources among the files under an exports root, by name.

    Raises:
        FileError: a dialect cannot be used, or two folders are of one name.
    """
    by_folder: dict[str, list[ExportFile]] = {}
    for file in files:
        folder = file.name.split("/")[0]
        if "/" in file.name and dialect_folder(folder):
            by_folder.setdefault(folder, []).append(file)
    found: dict[str, Source] = {}
    for folder, theirs in by_folder.items():
        dialect, name = dialect_folder(folder) or ("", "")
        if name in found:
            raise FileError(
                f"{folder}/ and {found[name].folder}/ are of one name, {name}; rename one"
            )
        read = [file for file in theirs if file.export and not file.reason]
        if any(file.export for file in theirs):
            found[name] = Source(name, load(dialect), folder, read)
    return [found[name] for name in sorted(found)]


def feeds(source: Source, export: str) -> bool:
    """Whether a source has rows for an export of the project."""
    return any(TABLES[block.table].export == export for block in source.dialect.blocks())


def copies(cursor: duckdb.DuckDBPyConnection, source: Source) -> Iterator[datetime]:
    """When the tables of each server of a source were copied for this build."""
    read = tables_read(source.dialect)
    return (copied_at(cursor, file, read) for file in source.files if is_server(file))


class Reader:
    """Reads one source on a connection of its own, whose temporary tables it fills."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, source: Source) -> None:
        self.cursor, self.source = cursor, source
        cursor.execute(macros(source.dialect))
        self._shapes: dict[str, Shape | None] = {}
        self._lookups: dict[tuple[str, str, str], str | None] = {}

    def shape(self, key: str) -> Shape | None:
        """Read a file, once; None where there is none."""
        if key not in self._shapes:
            found = self.source.files_of(key)
            self._shapes[key] = (
                load_file(self.cursor, self.source.dialect, key, found) if found else None
            )
        return self._shapes[key]

    def lookup(self, given: dict[str, str]) -> None:
        """Make the table of a lookup.

        Raises:
            FileError: a key stands there twice, and the dialect does not say that this is no
            matter.
        """
        where = given["file"], given["key"], given["take"]
        shape = self.shape(given["file"])
        if where not in self._lookups and shape is None:
            self._lookups[where] = None
        if where not in self._lookups and shape:
            table = lookup_table(*where)
            query = lookup_query(self.source.dialect, *where, shape)
            self.cursor.execute(f"create or replace temp table {table} as {query}")
            self._lookups[where] = table
        if shape and "twice" not in given:
            [(twice, example)] = self.cursor.sql(
                f"select count(*), min(_key) from {lookup_table(*where)} where _count > 1"
            ).fetchall()
            if twice:
                raise FileError(
                    f"{self.source.name}: {given['key']} of {given['file']} is no key, {twice} of"
                    f" its values stand there more than once, such as {example[:3]}..; the dialect"
                    " may say twice: null"
                )

    def blocks(self, table: str) -> list[Landed]:
        """Run the blocks of a table of the core."""
        first = self._first_readers()
        found = []
        for number, block in enumerate(self.source.dialect.blocks(table)):
            shape = self.shape(block.source)
            for given in lookups_of(self.source.dialect, block):
                self.lookup(given)
            if shape is None:
                continue
            is_first = first[block.source] == block.place
            query = block_query(
                self.source.dialect, block, self.source.name, shape, is_first, self._lookups
            )
            name = identifier(f"block_{table}_{number}")
            self.cursor.execute(f"create or replace temp table {name} as {query.sql}")
            found.append(Landed(block, query, name, shape))
        return found

    def _first_readers(self) -> dict[str, tuple[str | int, ...]]:
        """For each file the block in which its unreadable records come up."""
        found: dict[str, tuple[str | int, ...]] = {}
        for block in self.source.dialect.blocks():
            if block.table != "pass_uses":
                found.setdefault(block.source, block.place)
        return found

    def rows(self, export: str) -> Iterator[pa.RecordBatch]:
        """The rows of an export of the project, as raw_exports.read_export gives them.

        Raises:
            FileError: a file cannot be read, or two ids have one number.
        """
        tables = [
            name for name, table in TABLES.items() if table.export == export and name != "pass_uses"
        ]
        schema = EXPORTS[export].schema
        for table in tables:
            blocks = self.blocks(table)
            if not blocks:
                continue
            self.check_numbers(table, blocks)
            union = " union all by name ".join(map(_with_reason, blocks))
            if table == "checkins":
                union = self._with_passes(union)
            kept = self.cursor.sql(f"select * from ({union}) limit 0").columns
            columns = [
                f"cast({identifier(field.name)} as varchar)"
                if field.name in kept and field.name in EXPORTS[export].columns
                else _bookkeeping(field.name)
                for field in schema
            ]
            query = f"select {', '.join(columns)} from ({union}) order by source_file, source_line"
            for batch in self.cursor.sql(query).to_arrow_reader(RECORDS_PER_BATCH):
                yield pa.RecordBatch.from_arrays(
                    [
                        column.cast(field.type)
                        for column, field in zip(batch.columns, schema, strict=True)
                    ],
                    schema=schema,
                )

    def check_numbers(self, table: str, blocks: Sequence[Landed]) -> None:
        """Refuse two ids of one number: of a million ids that happens once in 9,000 gyms."""
        if "_key_text" not in self.cursor.sql(f"from {blocks[0].table} limit 0").columns:
            return
        key = identifier(TABLES[table].columns[0].landed)
        texts = " union all ".join(
            f"select {key} as number, _key_text from {one.table}" for one in blocks
        )
        twice = self.cursor.sql(
            f"select number from ({texts}) group by number"
            " having count(distinct _key_text) > 1 limit 1"
        ).fetchall()
        if twice:
            raise FileError(
                f"{self.source.name}: two ids of {table} have the number {twice[0][0]}; give the"
                f" dialect {self.source.dialect.name} another numbering, such as"
                f" numbering: {self.source.dialect.document.get('numbering', 0) + 1}"
            )

    def _with_passes(self, union: str) -> str:
        """The check-ins with what the dialect says of their passes."""
        passes = self.blocks("pass_uses")
        if not passes:
            return union
        found = " union all by name ".join(
            f"select * from {one.table} where {LEFT_OUT} is null and not {TWICE}" for one in passes
        )
        have = self.cursor.sql(f"select * from ({found}) limit 0").columns
        columns = ", ".join(
            f"passes.{name}" if name in have else f"null as {name}" for name in PASS_COLUMNS
        )
        landed = self.cursor.sql(f"select * from ({union}) limit 0").columns
        kind = "checkins.entry_method" if "entry_method" in landed else "cast(null as varchar)"
        text = (
            "checkins.entry_method_description" if "entry_method_description" in landed else "null"
        )
        rest = [name for name in ("entry_method", "entry_method_description") if name in landed]
        without = f" exclude ({', '.join(rest)})" if rest else ""
        return (
            f"select checkins.*{without}, {columns},"
            f" coalesce({kind}, if(passes.pass_name is null, null, 'ENT')) as entry_method,"
            f" coalesce({text}, passes.pass_name) as entry_method_description"
            f" from ({union}) as checkins left join (select * from ({found})"
            " qualify row_number() over (partition by checkin_id order by source_file,"
            " source_line) = 1"
            ") as passes on checkins.checkin_id = passes.checkin_id"
        )


def _with_reason(landed: Landed) -> str:
    """A query for the rows of a block, in which the reason for leaving a row out is text."""
    lines = " ".join(
        f"when {number} then {literal('keep ' + told(line))}"
        for number, line in enumerate(landed.block.keep, 1)
    )
    reason = f"case {LEFT_OUT} {lines} end" if lines else "cast(null as varchar)"
    return (
        f"select * exclude ({LEFT_OUT}, {TWICE}),"
        f" coalesce({reason}, if({TWICE}, 'repeats an earlier row', null)) as left_out_because"
        f" from {landed.table}"
    )


def _bookkeeping(name: str) -> str:
    """A column of a landed row that says where the record stood; null for one that no file has."""
    if name == "reject_reason":
        return REASON
    return name if name in KNOWN_OF_ROWS else "null"
