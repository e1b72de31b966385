"""Lint SQL with sqlfluff: all files, and those anew that have changed since they were found clean.

What sqlfluff says of a file depends on the file, the macros and the settings. A file that is clean
is remembered by a digest of all three in target/lint_sql.json, so that only others take time.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jinja2
from sqlfluff import __version__
from sqlfluff.cli.commands import cli

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
    shared = [path.read_bytes() for path in [Path(".sqlfluff"), *sorted(Path("macros").glob("*"))]]
    rules = digest(__version__.encode(), *shared)
    try:
        known = set(json.loads(KNOWN.read_text()))
    except (OSError, ValueError):
        known = set()
    now = {path: digest(rules.encode(), str(path).encode(), path.read_bytes()) for path in files}
    changed = [str(path) for path, found in now.items() if found not in known]
    print(f"{len(files)} SQL files, {len(changed)} of them not yet known to be clean", flush=True)
    if changed:
        compile_each_template_once()
        try:
            cli.main(["lint", "--processes", "2", *changed])
        except SystemExit as ended:
            if ended.code:
                return int(ended.code)
    KNOWN.parent.mkdir(exist_ok=True)
    kept = known if CHANGED in arguments else set()
    KNOWN.write_text(json.dumps(sorted(kept | set(now.values())), indent=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
