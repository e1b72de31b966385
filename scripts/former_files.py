"""Remove what earlier builds wrote and no build would write now, or say where it still lies.

That is: result files in a format that is off now, and whatever was written before somebody asked to
be erased (or before the names of children were withheld again). Only files of the note are touched
(python_udfs/written_files.py), and only while they are as they were written. The warehouse is
written anew: what DuckDB deletes stays in the file until something else needs the room.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

from python_udfs.export_files import MANIFEST, ORDERS, clear_parts, file_names
from python_udfs.export_files import place as place_of
from python_udfs.s3 import S3Error, is_s3, open_s3
from python_udfs.settings import Settings
from python_udfs.written_files import CHILDREN, Note, Written, mark_of, requests_in
from scripts import publish

BEFORE = "written before a request to erase, or while children were named"
OFF = "with these settings no build writes it"
LEFT = "a build that was killed left it"
# Stands among the requests noted for a warehouse that was written anew since.
WITHOUT_LEFTOVERS = "without tables that the adapter left"
Rewrite = Callable[[Path, Path], object]


class Places(NamedTuple):
    """Where the last good build wrote.

    Attributes:
        results: the folder of the result files: its full path, or its address on S3.
        published: the published file, whatever links lead there.
        pages: the folder of the two pages.
        names: the names of the result files.
    """

    results: str
    published: Path
    pages: Path
    names: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> Places:
        """The places that the settings name, with the files that the warehouse says it wrote."""
        with duckdb.connect(settings.warehouse, read_only=True) as connection:
            found = connection.sql("select file_name from exported_files").fetchall()
        names = frozenset({MANIFEST, *(name for (name,) in found)})
        results = place_of(settings.exports_out, "").rstrip("/")
        pages = Path(settings.dashboard_out).resolve()
        return cls(results, Path(settings.published).resolve(), pages, names)

    def reason_to_go(self, place: str, written: Written, withheld: frozenset[str]) -> str:
        """Why a file of the note must not stay as it is; empty where it may.

        Args:
            place: its path or address.
            written: its entry in the note.
            withheld: what is withheld now.
        """
        folder, _, name = place.rpartition("/")
        if place == str(self.published) or (folder == self.results and name in self.names):
            return ""
        if written.kind == "part" and folder not in map(
            str, (self.results, self.published.parent, self.pages)
        ):
            return LEFT
        if written.kind == "result" and folder == self.results:
            return OFF
        # the result files name children whatever the settings say
        asked = withheld - {CHILDREN} if written.kind == "result" else withheld
        mark = [] if is_s3(place) else mark_of(Path(place))
        return BEFORE if written.lacks(mark, asked) else ""


def withheld_now(settings: Settings) -> frozenset[str]:
    """What the last build of the warehouse withholds."""
    with duckdb.connect(settings.warehouse, read_only=True) as connection:
        requests = requests_in(connection)
    return frozenset(requests | (set() if settings.publish_children else {CHILDREN}))


def is_gone(place: str) -> bool:
    """Whether nothing is at a place any more; what cannot be asked is taken to be there."""
    if not is_s3(place):
        return not os.path.lexists(place)
    try:
        with duckdb.connect() as connection:
            open_s3(connection, os.environ, [place])
            return not connection.execute("select 1 from glob($p)", {"p": place}).fetchall()
    except (duckdb.Error, S3Error):
        return False


def remove(place: str, written: Written, names: Iterable[str]) -> str:
    """Remove a file of the note; returns why it cannot be done, empty where it is done.

    Args:
        place: its path or address.
        written: its entry in the note.
        names: the names that unfinished result files have.
    """
    if is_s3(place):
        return "the build cannot delete on S3"
    path = Path(place)
    try:
        if path.is_dir() and written.kind == "part":
            clear_parts(path, names)
        elif written.kind == "part":
            publish.clear(path)
        elif written.is_ours(mark_of(path)):
            path.unlink()
        else:
            return "somebody has changed it since"
    except OSError as error:
        return error.strerror or str(error)
    return ""


def clear(settings: Settings, rewrite: Rewrite) -> list[str]:
    """Bring what earlier builds wrote up to date, or remove it.

    Args:
        settings: those of the last good build; its warehouse is closed.
        rewrite: writes both pages, from a published file into a folder.

    Returns:
        A sentence for each file that was removed, and for each that stays and should not.
    """
    said = []
    note, places = Note.beside(Path(settings.warehouse)), Places.of(settings)
    withheld = withheld_now(settings)
    part_names = file_names({*ORDERS, *(name.partition(".")[0] for name in places.names)})

    def to_go() -> dict[str, tuple[Written, str]]:
        found = {
            place: (written, places.reason_to_go(place, written, withheld))
            for place, written in note.files().items()
        }
        return {place: why for place, why in found.items() if why[1]}

    old_pages = [
        place
        for place, (written, _) in to_go().items()
        if written.kind == "page" and Path(place).parent == places.pages and not is_gone(place)
    ]
    if old_pages:
        # what cannot be written again is removed below
        with contextlib.suppress(duckdb.Error, OSError):
            rewrite(places.published, places.pages)
            said.append(f"{settings.dashboard_out}: the pages were written again")
    for place, (written, why) in to_go().items():
        if is_gone(place):
            note.forget([place])
        elif problem := remove(place, written, part_names):
            said.append(f"{place} stays and should not: {why}, and {problem}; remove it yourself")
        else:
            note.forget([place])
            said.append(f"{place} was removed: {why}")
    return said


def renew_warehouse(settings: Settings) -> bool:
    """Write the warehouse anew, and empty the log, unless done since somebody asked to be erased.

    Args:
        settings: those of the last good build; its warehouse is closed.

    Returns:
        Whether it was written anew. A kill leaves the old file in its place, to be renewed by the
        next build: the requests are noted last.
    """
    warehouse = Path(settings.warehouse).resolve()
    noted = warehouse.with_name(f".{warehouse.name}.renewed.json")
    asked = withheld_now(settings) - {CHILDREN}
    # earlier builds kept a table that no erasure reached, and copied it along
    asked |= {WITHOUT_LEFTOVERS} if asked else set()
    try:
        known = set(json.loads(noted.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        known = set()
    folder = warehouse.with_name(f".{warehouse.name}.new")
    shutil.rmtree(folder, ignore_errors=True)
    if asked <= known:
        return False
    folder.mkdir()
    # a view knows its database by the name of the file, so the new one has that of the old one
    fresh, limit = folder / warehouse.name, settings.memory_limit
    with duckdb.connect(config={"memory_limit": limit} if limit else {}) as connection:
        connection.execute(f"attach {publish.quoted(str(warehouse))} (read_only)")
        connection.execute(f"attach {publish.quoted(str(fresh))} as renewed")
        old = warehouse.stem.replace('"', '""')
        connection.execute(f'copy from database "{old}" to renewed')
        connection.execute("force checkpoint renewed")
    fresh.replace(warehouse)
    shutil.rmtree(folder)
    # rows that a test refused stand in the log
    for log in Path(os.environ.get("DBT_LOG_PATH", "logs")).glob("dbt.log*"):
        log.write_text("")
    noted.write_text(json.dumps(sorted(asked)), encoding="utf-8")
    return True
