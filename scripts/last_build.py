"""Whether a build would only make again what the last good one made.

A good build leaves a note beside its warehouse: a digest of what it was made from (the exports, the
project, the settings) and the size and time of what it made (the warehouse, what the staff page
reads beside it, the published file, the result files, the lists that are remembered). As long as
all of that is as it was, nothing has to be built. What is on S3 or a database server is not looked
at: there, every build is a whole one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from python_udfs.find_exports import FileError, is_server, list_files
from python_udfs.raw_exports import EXPORTS
from python_udfs.settings import given
from scripts import staff_records

# What decides the result, beside the exports and the settings.
PROJECT_PARTS = ["models", "macros", "seeds", "tests", "python_udfs", "scripts"]
PROJECT_PARTS += ["dialects", "dbt_project.yml", "profiles.yml", "requirements.txt"]

# Compiled Python, and tests/python: neither is read by a build.
IGNORED = {"__pycache__", "python"}

MadeFrom = dict[str, str]


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The files among and below paths, in the order of their names; none for a missing path."""
    for path in sorted(paths):
        if path.is_dir():
            inner = (part for part in path.iterdir() if part.name not in IGNORED)
            yield from files_in(inner)
        elif path.is_file():
            yield path


def digest_of_lines(lines: Iterable[str]) -> str:
    """SHA-256 of lines of text, in hex."""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 of the names and the content of files, in hex.

    Example:
        >>> digest([Path("no such file")]) == digest([])
        True
    """
    lines = []
    for path in files_in(paths):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()} {path}")
    return digest_of_lines(lines)


def digest_of_exports(root: str) -> str | None:
    """SHA-256 of what a build reads under a local root, and of the names that it does not read.

    None where the root cannot be listed or a file cannot be opened: the build says why. And where
    one only names a server, which may hold something else by now.
    """
    lines = []
    try:
        files = list_files(None, root, EXPORTS)
        for file in files:
            read = "" if file.reason else digest([Path(file.location)])
            lines.append(f"{file.name} {file.export} {file.reason} {read}")
    except (FileError, OSError):
        return None
    return None if any(map(is_server, files)) else digest_of_lines(lines)


class LastBuild(NamedTuple):
    """The places of a build, and the note that a good one leaves there."""

    exports: str
    warehouse: Path
    published: Path
    files: str
    history: str = ""

    @property
    def note(self) -> Path:
        return self.warehouse.with_name(f".{self.warehouse.name}.last_good.json")

    def made_from(self) -> MadeFrom | None:
        """Digests of all that decides the result; None where that cannot be told."""
        if any("://" in place for place in (self.exports, self.files, self.history)):
            return None
        exports = digest_of_exports(self.exports)
        if exports is None:
            return None
        set_for_the_build = given() | {
            name: value for name, value in os.environ.items() if name.startswith("DBT_")
        }
        return {
            "exports": exports,
            "project": digest(Path(part).absolute() for part in PROJECT_PARTS),
            "settings": digest_of_lines(
                f"{name}={value}" for name, value in sorted(set_for_the_build.items())
            ),
        }

    def made(self) -> dict[str, list[int]]:
        """Size in bytes and time of change in nanoseconds of each file that the build made."""
        records = staff_records.place(self.warehouse)
        places = [self.warehouse, records, self.published, Path(self.files)]
        found = files_in([*places, Path(self.history)] if self.history else places)
        return {
            str(path.absolute()): [path.stat().st_size, path.stat().st_mtime_ns] for path in found
        }

    def holds(self, made_from: MadeFrom | None) -> bool:
        """Whether the last good build was made from this, and what it made is untouched."""
        try:
            noted = json.loads(self.note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return noted == {"made_from": made_from, "made": self.made()}

    def forget(self) -> None:
        """Remove the note: from here on the places hold no good build for sure."""
        self.note.unlink(missing_ok=True)

    def remember(self, made_from: MadeFrom | None) -> None:
        """Leave the note of a good build."""
        if made_from is not None:
            noted = json.dumps({"made_from": made_from, "made": self.made()}, indent=1)
            part = self.note.with_name(f"{self.note.name}.part")
            part.write_text(noted, encoding="utf-8")
            part.replace(self.note)
