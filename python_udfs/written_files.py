"""The note of what was written: every result file, page and published file, and when.

It lies beside the warehouse and is private. A file joins it before it is put in its place, so that
a kill loses none. It serves one end: a file that was written before somebody asked to be erased is
found again, also at a place that the settings no longer name, and a file that the project did not
write is never touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

# Stands among what is withheld where the names of children are, too.
CHILDREN = "children"
REQUESTS = "raw_privacy__erasure_requests"
# They say where a request stood, not what it asks.
POSITION = ("source_file", "source_line", "source_line_count", "reject_reason", "file_error")

Mark = list[int]  # size in bytes, time of change in nanoseconds; empty where nobody can tell


class Version(NamedTuple):
    """One state in which the project may have left a file.

    Attributes:
        mark: size and time of change.
        withheld: what was withheld from it: a digest of each request, and CHILDREN.
    """

    mark: Mark
    withheld: frozenset[str]


class Written(NamedTuple):
    """One file of the note: what kind it is, and its possible states, the newest last."""

    kind: str
    versions: tuple[Version, ...]

    def is_ours(self, mark: Mark) -> bool:
        """Whether a file with this mark is as the project left it."""
        return any(mark == version.mark for version in self.versions)

    def lacks(self, mark: Mark, withheld: frozenset[str]) -> bool:
        """Whether a file with this mark was written before some of what is withheld now."""
        possible = [version for version in self.versions if version.mark == mark]
        return any(withheld - version.withheld for version in possible or self.versions)


def mark_of(path: Path) -> Mark:
    """Size and time of change of a file; empty where there is none, or a link or a folder."""
    try:
        found = path.lstat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns] if path.is_file() and not path.is_symlink() else []


def requests_in(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> set[str]:
    """A digest of each erasure request that a warehouse was built under.

    Args:
        connection: on the warehouse, or on a database to which it is attached.
        database: the name under which it is attached.

    Returns:
        Equal digests for requests that are equal in every field; none where there is no table.
    """
    columns = connection.execute(
        """
        select column_name from duckdb_columns()
        where database_name = coalesce($database, current_database())
            and schema_name = 'landing' and table_name = $table
            and data_type = 'VARCHAR' and not list_contains($position, column_name)
        order by column_name
        """,
        {"database": database, "table": REQUESTS, "position": list(POSITION)},
    ).fetchall()
    if not columns:
        return set()
    # a field that is empty counts for nothing, so that a column more changes no digest
    fields = ", ".join(f"'{name}=' || nullif(trim(\"{name}\"), '')" for (name,) in columns)
    table = f'"{database}".landing.{REQUESTS}' if database else f"landing.{REQUESTS}"
    rows = connection.execute(
        f"select distinct sha256(concat_ws(chr(31), {fields})) from {table}"
    ).fetchall()
    return {digest for (digest,) in rows}


class Note(NamedTuple):
    """The note of one warehouse."""

    path: Path

    @classmethod
    def beside(cls, warehouse: Path) -> Note:
        """The note of a warehouse, which need not be there."""
        real = warehouse.resolve()
        return cls(real.with_name(f".{real.name}.written.json"))

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> Note | None:
        """The note of the warehouse that is open; none for a database in memory."""
        [(path,)] = connection.execute(
            "select path from duckdb_databases() where database_name = current_database()"
        ).fetchall()
        return cls.beside(Path(path)) if path else None

    def files(self) -> dict[str, Written]:
        """The files by their full paths or addresses; none where there is no note to read.

        A copy of a note, beside a copy of the warehouse, knows none: its files are those of the
        warehouse that was copied. A note that was moved goes on.
        """
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            written_at = Path(content["note"])
            if written_at != self.path and written_at.exists():
                return {}
            sets = {key: frozenset(found) for key, found in content["withheld"].items()}
            return {
                place: Written(
                    entry["kind"],
                    tuple(Version(mark, sets[key]) for mark, key in entry["versions"]),
                )
                for place, entry in content["files"].items()
            }
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OSError(
                f"{self.path}, the note of the files that were written, cannot be read; move it"
                " away, and look for what was written before a request to erase by hand"
            ) from error

    def add(self, kind: str, marks: Mapping[str, Mark], withheld: Iterable[str]) -> None:
        """Enter files that are about to be put in their places, beside what may lie there now."""
        with self._changed() as files:
            for place, mark in marks.items():
                before = files[place].versions if place in files else ()
                files[place] = Written(kind, (*before, Version(mark, frozenset(withheld))))

    def settle(self, places: Iterable[str]) -> None:
        """Of files that are in their places keep the newest state alone."""
        with self._changed() as files:
            for place in places:
                files[place] = files[place]._replace(versions=files[place].versions[-1:])

    def forget(self, places: Iterable[str]) -> None:
        """Leave out files that are gone."""
        with self._changed() as files:
            for place in places:
                files.pop(place, None)

    @contextlib.contextmanager
    def _changed(self) -> Iterator[dict[str, Written]]:
        """The files, to be changed; the note is replaced at once, by one process at a time."""
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            files = self.files()
            yield files
            part = self.path.with_suffix(".part")
            part.write_text(self._as_text(files), encoding="utf-8")
            part.replace(self.path)

    def _as_text(self, files: Mapping[str, Written]) -> str:
        sets: dict[str, list[str]] = {}
        entries: dict[str, Any] = {}
        for place, written in sorted(files.items()):
            versions = []
            for version in written.versions:
                key = _key(version.withheld)
                sets[key] = sorted(version.withheld)
                versions.append([version.mark, key])
            entries[place] = {"kind": written.kind, "versions": versions}
        content = {"note": str(self.path), "withheld": sets, "files": entries}
        return json.dumps(content, indent=1)


def _key(withheld: frozenset[str]) -> str:
    return hashlib.sha256("\n".join(sorted(withheld)).encode()).hexdigest()[:16]
