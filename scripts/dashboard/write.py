"""Write the dashboard: staff.html, with names, never to be published, and public.html, totals only.

Each is one file that opens without a server and asks nobody for anything. The same database gives
the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "scripts"), str(PROJECT / "python_udfs")]

import publish  # noqa: E402
from dashboard import public, staff  # noqa: E402
from dashboard.pack import packed  # noqa: E402

PAGE = Path(__file__).resolve().parent / "page"
OUT = "dashboard"
# One after the other in one script, so that a hash of it is all that the page allows to run.
SCRIPTS = ["data.js", "elements.js", "tables.js", "charts.js", "lists.js", "customers.js",
           "networks.js", "overview.js", "main.js"]  # fmt: skip


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


def write(published: Path, out: Path) -> list[Path]:
    """Write both pages from the published database; it is not held open.

    Raises:
        duckdb.Error: the database is not there or is not one of this project's.
    """
    written = []
    out.mkdir(parents=True, exist_ok=True)
    for name, page in (("staff.html", staff_page), ("public.html", public_page)):
        with duckdb.connect(str(published), read_only=True) as connection:
            text = page(connection)
        part = out / f".{name}.part"
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(out / name)
        written.append(out / name)
    return written


def main() -> int:
    """Write the pages and say where; returns the exit status."""
    os.chdir(PROJECT)
    published = Path(os.environ.get("GYM_PUBLISHED", publish.PUBLISHED))
    if not published.exists():
        print(f"{published} is not there yet: run make build first", file=sys.stderr)
        return 1
    try:
        written = write(published, Path(os.environ.get("GYM_DASHBOARD_OUT", OUT)))
    except (duckdb.Error, OSError) as error:
        print(f"No dashboard: {error}", file=sys.stderr)
        return 1
    for path in written:
        print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")
    print("staff.html holds names: it is for staff only.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
