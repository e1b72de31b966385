"""Check a dialect against exports: what each column of the core gets, and what is wrong with it.

Nothing is written and no personal value is shown, unless the values are asked for.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from python_udfs.dialects.core import TABLES, Column
from python_udfs.dialects.document import (
    Dialect,
    DialectError,
    available,
    columns_of,
    load,
    verb_of,
)
from python_udfs.dialects.files import columns_read, header_of, is_nested
from python_udfs.dialects.source import Landed, Reader, Source
from python_udfs.dialects.sql import (
    LEFT_OUT,
    REASON,
    TWICE,
    block_query,
    identifier,
    split_path,
    told,
)
from python_udfs.file_kinds import FileError
from python_udfs.find_exports import ExportFile, is_left_by_a_system
from python_udfs.raw_exports import folded
from scripts.dialects.show import named

# From these shares on something is wrong: values of a required column, and ids that stand nowhere.
MOST_UNREAD = 0.05
LEAST_JOINED = 0.5
ROWS_SHOWN = 5
SHAPES_SHOWN = 3
WORDS_SHOWN = 5
# A word that fewer rows share may be a person's, and is shown as a shape.
LEAST_SHARED = 3
# Columns whose values are personal, or may hold a name.
PERSONAL = ("name", "email", "phone", "birthday", "product_text")
# What must be found where: the column, and the table of the core that has it as its key.
JOINS = (
    ("checkins", "customer_id", "customers", "customer_id"),
    ("pass_uses", "checkin_id", "checkins", "checkin_id"),
    ("pass_uses", "buyer_customer_id", "customers", "customer_id"),
    ("memberships", "owner_customer_id", "customers", "customer_id"),
    ("membership_people", "customer_id", "customers", "customer_id"),
    ("relations", "related_customer_id", "customers", "customer_id"),
    ("payments", "payer_customer_id", "customers", "customer_id"),
)
# From this share of whole hours on moments are those of a timetable.
WHOLE_HOURS = 0.5
NIGHT = range(1, 6)


def files_in(root: Path) -> list[ExportFile]:
    """The files of a folder as those of a source.

    Raises:
        FileError: it is no folder.
    """
    if not root.is_dir():
        raise FileError(f"{root} is no folder")
    found = []
    for folder, _, names in os.walk(root, followlinks=True):
        for name in sorted(names):
            path = Path(folder) / name
            if is_left_by_a_system(name):
                continue
            facts = path.stat()
            written = datetime.fromtimestamp(facts.st_mtime, UTC).replace(tzinfo=None)
            shown = path.relative_to(root).as_posix()
            found.append(ExportFile(shown, str(path), "x", None, shown, facts.st_size, written))
    return sorted(found)


def said(value: Any) -> str:
    """Where a value comes from, in words.

    Example:
        >>> said({"first_of": ["mobile", "phone"]}), said("Id"), said({"constant": "gym"})
        ('first of mobile, phone', 'Id', 'always gym')
    """
    verb = verb_of(value)
    if not verb:
        return str(value)
    if verb == "constant":
        return f"always {value['constant']}"
    if verb == "lookup":
        given = value["lookup"]
        return f"{given['take']} of {given['file']} by {given['by']}"
    how = {"first_of": "first of", "concat": "all of"}.get(verb, verb)
    return f"{how} {', '.join(columns_of(value))}"


class _Check:
    """One check, which prints as it goes and collects what is wrong."""

    def __init__(self, source: Source, shows_values: bool) -> None:
        self.source, self.shows_values = source, shows_values
        self.cursor = duckdb.connect()
        self.reader = Reader(self.cursor, source)
        self.problems: list[str] = []
        self.landed: dict[str, list[Landed]] = {}

    def value(self, sql: str) -> Any:
        return self.cursor.sql(sql).fetchall()[0][0]

    def run(self) -> int:
        dialect = self.source.dialect
        for line in dialect.document.get("unconfirmed", []):
            print(f"unconfirmed: {line}")
        for table in TABLES:
            if dialect.blocks(table):
                try:
                    self._table(table)
                except FileError as error:
                    print(f"\n{table}\n  {error}")
                    self.problems.append(f"{table}: {error}")
        self._joins()
        self._unmapped()
        self._results()
        print()
        if not self.problems:
            print(f"The dialect {dialect.name} reads these exports.")
            return 0
        print(f"The dialect {dialect.name} does not read these exports:")
        for problem in self.problems:
            print(f"  {problem}")
        if hint := looks_like(self.cursor, self.source):
            print(f"  {hint}")
        return 1

    def _table(self, table: str) -> None:
        blocks = self.reader.blocks(table)
        print(f"\n{table}")
        if not blocks:
            print("  no file; what depends on it is empty")
            return
        if table != "pass_uses":
            self.reader.check_numbers(table, blocks)
        self.landed[table] = blocks
        for one in blocks:
            self._block(one)

    def _block(self, one: Landed) -> None:
        kept = f"{LEFT_OUT} is null and not {TWICE} and {REASON} is null"
        total, wanted, rejected, twice = self.cursor.sql(
            f"select count(*), count(*) filter (where {kept}), count({REASON}),"
            f" count(*) filter (where {TWICE}) from {one.table}"
        ).fetchall()[0]
        print(
            f"  {total:,} rows of {one.block.source}"
            + (f", an entry of {one.block.each} each" if one.block.each else "")
            + f": {wanted:,} read, {rejected:,} rejected,"
            f" {total - wanted - rejected - twice:,} left out,"
            f" {twice:,} repeated"
        )
        for number, line in enumerate(one.block.keep, 1):
            count = self.value(f"select count(*) from {one.table} where {LEFT_OUT} = {number}")
            print(f"    keep {told(line)} leaves out {count:,}")
        for reason, count in self.cursor.sql(
            f"select regexp_replace({REASON}, ':.*', ''), count(*) from {one.table}"
            f" where {REASON} is not null group by 1 order by 2 desc, 1 limit {SHAPES_SHOWN}"
        ).fetchall():
            print(f"    rejected, {reason}: {count:,}")
        for name, column in one.query.lookups.items():
            missed = self.value(
                f"select count(*) from {one.table} where {column} and {LEFT_OUT} is null"
            )
            print(f"    {name}: {missed:,} without a row")
        if one.query.missing:
            print(f"    not in the file: {', '.join(one.query.missing)}")
        have = self.cursor.sql(f"from {one.table} limit 0").columns
        lines = []
        for column in TABLES[one.block.table].columns:
            if column.name in one.block.columns and column.landed in have:
                lines.append(self._column(one, column, kept, wanted))
        widths = [max(len(line[i]) for line in lines) for i in range(4)]
        for line in lines:
            cells = [text.ljust(width) for text, width in zip(line, widths, strict=True)]
            print(("    " + "  ".join(cells)).rstrip())
        self._keys(one, kept)
        for column in TABLES[one.block.table].columns:
            if column.kind == "word" and verb_of(one.block.columns.get(column.name)) == "map":
                self._words(one, column)
        if one.block.table == "checkins":
            self._hours(one, kept)
        self._rows(one, kept)

    def _column(
        self, one: Landed, column: Column, kept: str, wanted: int
    ) -> tuple[str, str, str, str]:
        """A line on one column: its name, its source, the share that is filled, what is unread."""
        name = identifier(column.landed)
        filled, unread = self.cursor.sql(
            f"select count({name}) filter (where {name} not like '? %'),"
            f" count(*) filter (where {name} like '? %') from {one.table} where {kept}"
        ).fetchall()[0]
        shapes = ""
        if unread:
            found = self.cursor.sql(
                f"select left(regexp_replace(regexp_replace(substr({name}, 3), '\\pL', 'a', 'g'),"
                f" '[0-9]', '9', 'g'), 30) as shape from {one.table} where {kept} and {name}"
                f" like '? %'"
                f" group by shape order by count(*) desc, shape limit {SHAPES_SHOWN}"
            ).fetchall()
            shapes = f"{unread / wanted:.1%} unread: {' | '.join(shape for (shape,) in found)}"
        needed = column.is_required
        if needed and wanted and unread / wanted > MOST_UNREAD:
            self.problems.append(
                f"{one.block.table}.{column.name}: {unread / wanted:.1%} cannot be read ({shapes})"
            )
        if needed and wanted and filled == 0:
            self.problems.append(f"{one.block.table}.{column.name} is never filled")
        share = f"{filled / wanted:.1%} filled" if wanted else "no row"
        label = column.name + (" *" if needed else "")
        return label, said(one.block.columns[column.name]), share, shapes

    def _keys(self, one: Landed, kept: str) -> None:
        key = TABLES[one.block.table].columns[0]
        have = self.cursor.sql(f"from {one.table} limit 0").columns
        if key.kind != "id" or key.landed not in have or one.block.table in ("relations",):
            return
        twice = self.value(
            f"select count(*) from (select 1 from {one.table} where {kept} and"
            f" {identifier(key.landed)} is not null group by {identifier(key.landed)} having"
            f" count(*) > 1)"
        )
        print(f"    ids that stand twice: {twice:,}")

    def _words(self, one: Landed, column: Column) -> None:
        """The words of a file that are none of the dialect."""
        given = one.block.columns[column.name]
        probe = one.block._replace(
            table="customers", columns={"first_name": given["map"]}, moment_is="arrival"
        )
        assert one.shape is not None
        query = block_query(
            self.source.dialect, probe, self.source.name, one.shape, False, self.reader._lookups
        )
        known = [word.strip().lower() for word in given["values"]]
        found = [
            (word, count)
            for word, count in self.cursor.sql(
                f"select first_name, count(*) from ({query.sql}) where first_name is not null"
                f" and {LEFT_OUT} is null group by 1 order by 2 desc, 1"
            ).fetchall()
            if word.lower() not in known
        ]
        if found:
            shown = ", ".join(
                f"{self._word(word, count)[:30]} ({count:,})" for word, count in found[:WORDS_SHOWN]
            )
            more = f" and {len(found) - WORDS_SHOWN} more" if len(found) > WORDS_SHOWN else ""
            print(f"    {column.name}, words of none of the dialect's: {shown}{more}")

    def _word(self, word: str, count: int) -> str:
        """A word as it may be shown: what few rows share, or reads like an address, is a shape."""
        is_common = count >= LEAST_SHARED and not re.search(r"@|[0-9]{6}", word)
        if self.shows_values or is_common:
            return word
        return re.sub(r"[0-9]", "9", re.sub(r"[^\W\d_]", "a", word))

    def _hours(self, one: Landed, kept: str) -> None:
        """The check-ins by hour: a hump at night tells of a wrong zone, whole hours of classes."""
        moment = "try_cast(left(checkin_datetime, 26) as timestamp)"
        rows = self.cursor.sql(
            f"select hour({moment}), count(*) from {one.table} where {kept} and {moment} is"
            f" not null"
            " group by 1 order by 1"
        ).fetchall()
        if not rows:
            return
        total = sum(count for _, count in rows)
        by_hour = dict(rows)
        shares = " ".join(f"{hour}:{by_hour[hour] / total:.0%}" for hour in sorted(by_hour))
        in_utc = self.value(f"select count(*) from {one.table} where checkin_datetime like '%+00'")
        print(f"    check-ins by hour{' in UTC' if in_utc else ''}: {shares}")
        night = sum(by_hour.get(hour, 0) for hour in NIGHT) / total
        if night > 0.2 and not in_utc:
            print(f"    warning: {night:.0%} of the check-ins are at night; is the zone right?")
        whole = self.value(
            f"select count(*) filter (where minute({moment}) = 0 and second({moment}) = 0) /"
            f" count(*)"
            f" from {one.table} where {kept} and {moment} is not null"
        )
        if whole > WHOLE_HOURS and one.block.moment_is == "arrival" and total > 1:
            print(f"    warning: {whole:.0%} are at whole hours; are they moment_is: class_start?")

    def _rows(self, one: Landed, kept: str) -> None:
        have = self.cursor.sql(f"from {one.table} limit 0").columns
        shown = [
            column
            for column in TABLES[one.block.table].columns
            if column.name in one.block.columns
            and column.landed in have
            and (self.shows_values or not any(part in column.name for part in PERSONAL))
        ]
        if not shown:
            return
        columns = ", ".join(identifier(column.landed) for column in shown)
        for row in self.cursor.sql(
            f"select {columns} from {one.table} where {kept} order by source_file, source_line"
            f" limit {ROWS_SHOWN}"
        ).fetchall():
            cells = (f"{column.name} {value}" for column, value in zip(shown, row, strict=True))
            print(f"    | {', '.join(cells)}")

    def _joins(self) -> None:
        lines = []
        for table, column, other, key in JOINS:
            mine, theirs = self.landed.get(table), self.landed.get(other)
            if not mine or not theirs:
                continue
            landed = identifier(TABLES[table].column(column).landed)
            target = identifier(TABLES[other].column(key).landed)
            for one in mine:
                if column not in one.block.columns:
                    continue
                keys = " union all ".join(
                    f"select {target} as key from {it.table}" for it in theirs
                )
                given, found = self.cursor.sql(
                    f"select count(*), count(*) filter (where {landed} in (select key from"
                    f" ({keys})))"
                    f" from {one.table} where {LEFT_OUT} is null and {landed} is not null"
                ).fetchall()[0]
                if given:
                    lines.append(f"  {table}.{column} in {other}: {found / given:.1%} of {given:,}")
                    if found / given < LEAST_JOINED:
                        self.problems.append(
                            f"{table}.{column}: {found / given:.1%} are in {other}"
                        )
        if lines:
            print("\nids that are found\n" + "\n".join(lines))

    def _unmapped(self) -> None:
        lines = []
        for key in self.source.dialect.files:
            try:
                for file in self.source.files_of(key)[:1]:
                    required, others = columns_read(self.source.dialect, key)
                    read = [*required, *others]
                    if is_nested(file):
                        read = [split_path(name)[0] for name in read]
                    known = {folded(name) for name in read}
                    header = header_of(self.cursor, self.source.dialect, key, file)
                    left = [name for name in header if folded(name) not in known]
                    # a header of which nothing is known may be a row of data
                    if left and (self.shows_values or len(left) < len(header)):
                        lines.append(f"  {file.name}: {', '.join(left)}")
                    elif left:
                        lines.append(f"  {file.name}: all {len(left)}; --values shows them")
            except (FileError, duckdb.Error):
                continue
        if lines:
            print("\ncolumns that are not read\n" + "\n".join(lines))
        known_files = {file.name for key in self.source.dialect.files for file in self._files(key)}
        unread = [file.name for file in self.source.files if file.name not in known_files]
        if unread:
            print("\nfiles that are not read\n  " + ", ".join(unread[:20]))

    def _files(self, key: str) -> list[ExportFile]:
        try:
            return self.source.files_of(key)
        except FileError:
            return []

    def _results(self) -> None:
        print("\nwhat can be told of these exports")
        for line in results(self.source.dialect, set(self.landed)):
            print(f"  {line}")
        for line in self.source.dialect.document.get("cannot", []):
            print(f"  {line}")


def results(dialect: Dialect, tables: set[str]) -> Iterator[str]:
    """What a gym can be told from the tables that a dialect fills."""
    checkins = [block for block in dialect.blocks("checkins") if "checkins" in tables]
    arrivals = any(block.moment_is == "arrival" for block in checkins)
    located = any("location_id" in block.columns for block in checkins)
    passes = [block for block in dialect.blocks("pass_uses") if "pass_uses" in tables]
    texts = any({"entry_kind", "entry_name"} <= block.columns.keys() for block in checkins)
    exact = any("buyer_customer_id" in block.columns for block in passes)
    yield _line("who climbs together", arrivals and located, "needs arrivals with a location_id")
    yield _line(
        "who shares passes", bool(checkins) and (bool(passes) or texts),
        "needs pass_uses, or entry_kind and an entry_name that names the buyer",
    )  # fmt: skip
    yield _line("the buyer without a doubt", exact, "needs pass_uses.buyer_customer_id")
    yield _line(
        "households", bool(tables & {"memberships", "relations"}), "needs memberships or relations"
    )
    yield _line("purchases", "payments" in tables, "needs payments")
    ages = any("birthday" in block.columns for block in dialect.blocks("customers"))
    yield _line("who is a child", ages, "without a birthday everybody counts as a child")


def _line(what: str, is_possible: bool, needed: str) -> str:
    return f"{what}: {'yes' if is_possible else 'no, ' + needed}"


def looks_like(cursor: duckdb.DuckDBPyConnection, source: Source) -> str:
    """A hint at the dialect that fits the files better; empty where none does."""
    shares: list[tuple[float, str]] = []
    for name in available():
        try:
            other = source._replace(dialect=load(name))
        except DialectError:
            continue
        found = asked = 0
        for key in other.dialect.files:
            required, others = columns_read(other.dialect, key)
            wanted = {folded(split_path(one)[0]) for one in [*required, *others]}
            headers = set()
            for file in source.files:
                with contextlib.suppress(FileError, duckdb.Error, OSError, ValueError):
                    headers |= {folded(one) for one in header_of(cursor, other.dialect, key, file)}
            asked += len(wanted)
            found += len(wanted & headers)
        if asked:
            shares.append((found / asked, f"{name} ({found} of {asked} columns)"))
    best = max(shares, default=(0.0, ""))
    if best[0] < 0.5 or best[1].split(" ")[0] == source.dialect.name:
        return ""
    return f"it looks like {best[1]}"


def main(dialect: str, exports: Path, shows_values: bool = False) -> int:
    """Print the check; returns 1 where a gym should not build with it."""
    found = named(dialect)
    files = files_in(exports)
    return _Check(Source(found.name, found, "", files), shows_values).run()
