"""Build and check everything from the raw exports, then print the report.

Writes the sample exports first where GYM_RAW_EXPORTS names no others. Arguments are handed on to
`dbt build`. Ends with status 0 only when every model was built and every test passed.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "scripts")]

import report  # noqa: E402
import sample_exports  # noqa: E402

WAREHOUSE = "warehouse/gym_connections.duckdb"
SAMPLE = "data/sample"
FAILED = {"error", "fail", "runtime error"}


def one_sentence(message: str) -> str:
    r"""The reason in a dbt message, without the lines that say where it was raised.

    Example:
        >>> one_sentence("Runtime Error in model x (models/x.sql)\n  Invalid Input Error: no file")
        'no file'
    """
    lines = [line.strip() for line in message.strip().splitlines()]
    reasons = [line for line in lines if line and not re.match(r"\w+ Error( in \w+ .*)?$", line)]
    first = reasons[0] if reasons else message.strip()
    if "Could not set lock on file" in first:
        return "another process has the warehouse open; wait for it or close it, then build again"
    return re.sub(r"^(Invalid Input|IO|Runtime|Binder|Catalog|Conversion) Error: ", "", first)


def failures(result: dbtRunnerResult) -> list[str]:
    """One sentence for each node that failed, or for the build as a whole."""
    if result.exception is not None:
        return [one_sentence(str(result.exception))]
    sentences = [
        f"{run.node.name}: {one_sentence(run.message or 'failed')}"
        for run in getattr(result.result, "results", [])
        if str(run.status) in FAILED
    ]
    return sentences or ([] if result.success else ["dbt could not run; see logs/dbt.log"])


def release_warehouse() -> None:
    """Close the connection that dbt keeps open, and with it the lock on the file."""
    with contextlib.suppress(Exception):
        DuckDBConnectionManager.env().close()
    DuckDBConnectionManager.close_all_connections()


def main(arguments: list[str]) -> int:
    """Run the build; returns the exit status."""
    os.chdir(PROJECT)
    if "GYM_RAW_EXPORTS" not in os.environ:
        sample_exports.main(["--out", SAMPLE])
    warehouse = Path(os.environ.get("GYM_WAREHOUSE", WAREHOUSE))
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    print("Building; logs/dbt.log has the details.", flush=True)
    started = time.monotonic()
    result = dbtRunner().invoke(["--log-level", "none", "build", *arguments])
    release_warehouse()
    problems = failures(result)
    if problems:
        print("\nThe build failed:", file=sys.stderr)
        for problem in problems:
            print(f"  {problem}", file=sys.stderr)
        return 1
    statuses = [str(run.status) for run in result.result.results]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        report.print_report(connection)
    print(
        f"\n{statuses.count('success')} models and seeds built, {statuses.count('pass')} tests"
        f" passed, {statuses.count('warn')} warned, in {time.monotonic() - started:.0f} s."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
