"""Build and check everything from the raw exports, publish it, and print the report.

Writes the sample exports first where GYM_RAW_EXPORTS names no others. Arguments are handed on to
`dbt build`; --nightly first refuses exports that are too old. Ends with status 0 only when every
model was built, every test passed and the result was published.
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
from dbt.artifacts.schemas.results import NodeResult as RunResult
from dbt.cli.main import dbtRunner, dbtRunnerResult

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "scripts")]

import publish  # noqa: E402
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


def failing_rows(run: RunResult, warehouse: Path) -> str:
    """The first rows that a failed data test found, as text; empty where there are none."""
    sql = getattr(run.node, "compiled_code", None)
    if run.node.resource_type != "test" or not sql or not warehouse.exists():
        return ""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            rows = connection.sql(f"select * from ({sql}) limit 3")
            found = [
                ", ".join(f"{name} {value}" for name, value in zip(rows.columns, row, strict=True))
                for row in rows.fetchall()
            ]
    except duckdb.Error:
        return ""
    return "".join(f"\n    {row}" for row in found)


def failures(result: dbtRunnerResult, warehouse: Path) -> list[str]:
    """One sentence for each node that failed, or for the build as a whole."""
    if result.exception is not None:
        return [one_sentence(str(result.exception))]
    sentences = [
        f"{run.node.name}: {one_sentence(run.message or 'failed')}{failing_rows(run, warehouse)}"
        for run in getattr(result.result, "results", [])
        if str(run.status) in FAILED
    ]
    return sentences or ([] if result.success else ["dbt could not run; see logs/dbt.log"])


def release_warehouse() -> None:
    """Close the connection that dbt keeps open, and with it the lock on the file."""
    with contextlib.suppress(Exception):
        DuckDBConnectionManager.env().close()
    DuckDBConnectionManager.close_all_connections()


def run_dbt(*arguments: str) -> dbtRunnerResult:
    """Run one dbt command, its log in the log file only, and let go of the warehouse."""
    result = dbtRunner().invoke(["--log-level", "none", *arguments])
    release_warehouse()
    return result


def main(arguments: list[str]) -> int:
    """Check the age of the exports if asked, build, publish and print; returns the exit status."""
    os.chdir(PROJECT)
    nightly = "--nightly" in arguments
    arguments = [argument for argument in arguments if argument != "--nightly"]
    if "GYM_RAW_EXPORTS" not in os.environ:
        sample_exports.main(["--out", SAMPLE])
    warehouse = Path(os.environ.get("GYM_WAREHOUSE", WAREHOUSE))
    published = Path(os.environ.get("GYM_PUBLISHED", publish.PUBLISHED))
    started = time.monotonic()
    try:
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        print("Building; logs/dbt.log has the details.", flush=True)
        problems = failures(run_dbt("source", "freshness"), warehouse) if nightly else []
        if not problems:
            result = run_dbt("build", *arguments)
            problems = failures(result, warehouse)
        if not problems:
            publish.publish(warehouse, published)
    except (duckdb.Error, OSError) as error:
        problems = [f"publishing to {published}: {one_sentence(str(error))}"]
    if problems:
        print("\nThe build failed; what was published before stays:", file=sys.stderr)
        for problem in problems:
            print(f"  {problem}", file=sys.stderr)
        return 1
    with duckdb.connect(str(published), read_only=True) as connection:
        report.print_report(connection)
    statuses = [str(run.status) for run in result.result.results]
    print(
        f"\n{statuses.count('success')} models and seeds built, {statuses.count('pass')} tests"
        f" passed, {statuses.count('warn')} warned, in {time.monotonic() - started:.0f} s.\n"
        f"Published for reading: {published}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
