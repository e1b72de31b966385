"""Write the dashboard: staff.html, with names, never to be published, and public.html, totals only.

Beside them lies the brief of this week, brief.html and brief.md, with names as well. Each is one
file that opens without a server and needs no network. The same database gives the same bytes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from python_udfs import settings
from python_udfs.written_files import Note, mark_of
from scripts import staff_records
from scripts.dashboard import public, staff
from scripts.dashboard.brief import HEADING, brief_body, brief_of, brief_text
from scripts.dashboard.pack import packed
from scripts.publish import quoted

PROJECT = Path(__file__).resolve().parents[2]
PAGE = Path(__file__).resolve().parent / "page"
# One after the other in one script, so that a hash of it is all that the page allows to run.
SCRIPTS = [
    *("data.js", "address.js", "elements.js", "terms.js", "tables.js", "charts.js", "search.js"),
    *("week.js", "people.js", "card.js", "drawings.js", "networks.js", "crews.js", "figures.js"),
    *("quality.js", "questions.js", "main.js"),
]
# By it a page of any version is known.
TITLE = re.compile("<title>.*</title>")


def source(text: str) -> str:
    """A script or style as the content security policy names it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def filled(template: str, **parts: str) -> str:
    """A page with its parts; no part is searched for the marks of another."""
    pieces = template.split("%%")
    return "".join(parts[piece] if number % 2 else piece for number, piece in enumerate(pieces))


def staff_page(connection: duckdb.DuckDBPyConnection, most_pairs: int = staff.MOST_PAIRS) -> str:
    """The page for staff."""
    style = (PAGE / "page.css").read_text()
    script = "\n".join((PAGE / name).read_text() for name in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}\n}})();\n'
    return filled(
        (PAGE / "staff.html").read_text(),
        policy=f"script-src {source(script)}; style-src {source(style)}",
        style=style,
        script=script,
        data=packed(*staff.staff_data(connection, most_pairs)),
    )


def public_page(connection: duckdb.DuckDBPyConnection) -> str:
    """The page for anybody."""
    style = (PAGE / "page.css").read_text()
    return filled(
        (PAGE / "public.html").read_text(),
        policy=f"style-src {source(style)}",
        style=style,
        body=public.public_body(connection),
    )


def brief_page(connection: duckdb.DuckDBPyConnection) -> str:
    """The brief of this week, to be printed."""
    style = (PAGE / "brief.css").read_text()
    return filled(
        (PAGE / "brief.html").read_text(),
        policy=f"style-src {source(style)}",
        style=style,
        body=brief_body(brief_of(connection)),
    )


def brief_mail(connection: duckdb.DuckDBPyConnection) -> str:
    """The brief of this week, to be mailed."""
    return brief_text(brief_of(connection))


BRIEF = {"brief.html": brief_page, "brief.md": brief_mail}
# The page that alone reads what lies beside the warehouse.
STAFF = "staff.html"
PAGES = {STAFF: staff_page, "public.html": public_page, **BRIEF}


def sign(name: str) -> bytes:
    """What a page of this project of any version has in it."""
    if name.endswith(".md"):
        return f"# {HEADING}\n".encode()
    [title] = TITLE.findall((PAGE / name).read_text(encoding="utf-8"))
    return title.encode()


def not_ours(out: Path, note: Note | None, pages: Iterable[str] = PAGES) -> str:
    """What lies in a folder where a page is to be written, and is no page of this project.

    Returns:
        The end of a sentence that begins with the folder's variable; empty where all is ours.
    """
    noted = note.files() if note else {}
    for name in pages:
        path = out.resolve() / name
        if not os.path.lexists(path) or str(path) in noted:
            continue
        if not path.is_file() or sign(name) not in path.read_bytes():
            return f"{path} was not written by this project; name another folder, or move that away"
    return ""


class Noted(NamedTuple):
    """Of the warehouse behind the pages what they join and what they read.

    Attributes:
        note: the note of what was written.
        withheld: what is withheld from the published file they are written from.
        records: what the staff page alone shows; it need not be there.
    """

    note: Note
    withheld: frozenset[str]
    records: Path | None = None


def noted(found: settings.Settings) -> Noted:
    """The note of the warehouse, as far as it knows the published file."""
    warehouse = Path(found.warehouse)
    note = Note.beside(warehouse)
    written = note.files().get(str(Path(found.published).resolve()))
    withheld = written.versions[-1].withheld if written else frozenset()
    return Noted(note, withheld, staff_records.place(warehouse))


@contextlib.contextmanager
def opened(published: Path, records: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, with what the staff page alone shows attached where that is there."""
    with duckdb.connect(str(published), read_only=True) as connection:
        if records and records.exists():
            place = quoted(str(records))
            try:
                connection.execute(f"attach {place} as {staff_records.SCHEMA} (read_only)")
            except duckdb.Error:
                # the page says so, and nothing else on it needs them
                connection.execute(f"set variable {staff_records.SCHEMA} = 'unreadable'")
        yield connection


def write(
    published: Path,
    out: Path,
    noted: Noted | None = None,
    pages: Mapping[str, Callable[[duckdb.DuckDBPyConnection], str]] = PAGES,
) -> list[Path]:
    """Write the pages from the published database; it is not held open.

    Args:
        published: the database.
        out: the folder.
        noted: where the pages are noted, so that an erasure finds them again, and where that lies
            which the staff page reads beside the database.
        pages: which of them.

    Raises:
        duckdb.Error: the database is not there or is not one of this project's.
        OSError: a page cannot be written, or has the name of a file that is none of ours.
    """
    written = []
    if other := not_ours(out, noted.note if noted else None, pages):
        raise FileExistsError(f"GYM_DASHBOARD_OUT {other}")
    out.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        records = noted.records if noted and name == STAFF else None
        with opened(published, records) as connection:
            text = page(connection)
        path = out.resolve() / name
        part = path.with_name(f".{name}.part")
        if noted:
            noted.note.add("part", {str(part): []}, noted.withheld)
        part.write_text(text, encoding="utf-8", newline="\n")
        if noted:
            noted.note.add("page", {str(path): mark_of(part)}, noted.withheld)
        part.replace(path)
        if noted:
            noted.note.settle([str(path)])
            noted.note.forget([str(part)])
        written.append(out / name)
    return written


def main(pages: Mapping[str, Callable[[duckdb.DuckDBPyConnection], str]] = PAGES) -> int:
    """Write the pages and say where; returns the exit status."""
    os.chdir(PROJECT)
    found = settings.load()
    settings.apply(found)
    published, out = Path(found.published), Path(found.dashboard_out)
    if not published.exists():
        print(f"{published} is not there yet: run make build first", file=sys.stderr)
        return 1
    for path in write(published, out, noted(found), pages):
        print(f"{path}  {path.stat().st_size / 1e3:,.0f} kB")
    named = [name for name in pages if name != "public.html"]
    verb = "hold names: they are" if len(named) > 1 else "holds names: it is"
    print(f"{', '.join(named)} {verb} for staff only.")
    return 0
