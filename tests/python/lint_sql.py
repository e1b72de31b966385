"""Lint SQL with sqlfluff: all files, and those anew that have changed since they were found clean.

What sqlfluff says of a file depends on the file, on what its macros make of it, and on the
settings. A file that is clean is remembered by a digest of the three in target/lint_sql.json, so
that only others take time: to fill in the macros is a twentieth of a lint.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import jinja2
from sqlfluff import __version__
from sqlfluff.cli.commands import cli
from sqlfluff.core import FluffConfig, Linter

PROJECT = Path(__file__).resolve().parents[2]
CHANGED = "--changed"
KNOWN = PROJECT / "target/lint_sql.json"


def compile_each_template_once() -> None:
    """Sqlfluff compiles all macros anew for each file, which is a fifth of its time."""
    compiled: Callable = jinja2.Environment.compile
    known: dict[str, object] = {}

    def once(environment: jinja2.Environment, source: str, *more: object) -> object:
        if not isinstance(source, str) or any(more):
            return compiled(environment, source, *more)
        if source not in known:
            known[source] = compiled(environment, source)
        return known[source]

    jinja2.Environment.compile = once


def digest(*contents: bytes) -> str:
    return hashlib.sha256(b"\0".join(hashlib.sha256(one).digest() for one in contents)).hexdigest()


def rendered(files: Sequence[Path]) -> dict[Path, str]:
    """What the linter reads of each file, once its macros are filled in."""
    settings = FluffConfig.from_root()
    linter = Linter(config=settings)
    found = {path: linter.render_file(str(path), settings) for path in files}
    return {path: "\0".join(map(str, one.templated_variants)) for path, one in found.items()}


def changed_files() -> set[str]:
    """The files that git does not know, or that differ from the branch main."""
    found = set()
    for command in (
        "diff --name-only --relative --merge-base main",
        "ls-files --others --exclude-standard",
    ):
        asked = ["git", *command.split()]
        done = subprocess.run(asked, capture_output=True, text=True, check=True)
        found |= set(done.stdout.splitlines())
    return found


def main(arguments: list[str]) -> int:
    """Lint the SQL files below folders, with --changed only those; returns the exit status."""
    folders = [argument for argument in arguments if argument != CHANGED]
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.sql"))
    if CHANGED in arguments:
        chosen = changed_files()
        files = [path for path in files if str(path) in chosen]
    compile_each_template_once()
    shared = digest(__version__.encode(), Path(".sqlfluff").read_bytes())
    try:
        known = set(json.loads(KNOWN.read_text()))
    except (OSError, ValueError):
        known = set()
    now = {
        path: digest(shared.encode(), str(path).encode(), path.read_bytes(), text.encode())
        for path, text in rendered(files).items()
    }
    changed = [str(path) for path, found in now.items() if found not in known]
    print(f"{len(files)} SQL files, {len(changed)} of them not yet known to be clean", flush=True)
    if changed:
        try:
            cli.main(["lint", "--processes", "2", *changed])
        except SystemExit as ended:
            if ended.code:
                return int(ended.code)
    KNOWN.parent.mkdir(exist_ok=True)
    KNOWN.write_text(json.dumps(sorted(known | set(now.values())), indent=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
