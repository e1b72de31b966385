"""Build and check everything from the raw exports, publish it, and print the report.

Writes the sample exports first where GYM_RAW_EXPORTS names no others. Arguments are handed on to
`dbt build`; --nightly first refuses exports that are too old. Ends with status 0 only when every
model was built, every data test passed and the result was published. Unit tests look at the code
and not at the exports: `make test` runs them, and so does a plain `dbt build`.
"""

from __future__ import annotations

if not __package__:
    # by its path, as older schedules start it
    import runpy
    import sys

    sys.path[0] = __file__.rpartition("/scripts/")[0] or "."
    sys.argv.insert(1, "build")
    runpy.run_module("scripts", run_name="__main__", alter_sys=True)

import contextlib
import fcntl
import gc
import logging
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from python_udfs import action_memory, export_files
from python_udfs import settings as project_settings
from python_udfs.export_files import ORDERS, PARTS, file_names, others_among
from python_udfs.s3 import is_s3
from python_udfs.s3 import reason as file_reason
from python_udfs.settings import Settings
from python_udfs.written_files import Note
from scripts import former_files, last_build, publish, report, sample_exports, staff_records
from scripts.next_steps import next_steps
from scripts.sample_gym.config import Arguments

# Imported where it is called: that takes most of the time of a build that has nothing to do.
if TYPE_CHECKING:
    from dbt.artifacts.schemas.freshness import FreshnessNodeResult
    from dbt.artifacts.schemas.results import NodeResult as RunResult
    from dbt.cli.main import dbtRunnerResult

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE = Path(project_settings.DEFAULTS["GYM_RAW_EXPORTS"]).parent
NIGHTLY = "--nightly"
GOOD = {"success", "pass", "warn"}
BUILT = {"model", "seed", "test"}
FAILED = {"error", "fail", "runtime error"}
NO_MEMORY = (
    "memory is too small, also with what DuckDB moved to disk; raise GYM_MEMORY_LIMIT, or build"
    " where there is more of it"
)
NO_DISK = (
    "what does not fit in memory found no room on the warehouse's disk; make room there, or raise"
    " GYM_MEMORY_LIMIT"
)
FAILED_BEFORE = "The build failed; what was published before stays:"
FAILED_AFTER = "The build is published, but what follows it was not all done:"
PART_ONLY = "A part only: not published, and no result file was written."
OURS = ("warehouse", "exports", "published", "dashboard", "logs", "target", "data", "dev")
BESIDE_WAREHOUSE = (
    *("lock", "written.json", "written.lock", "written.part"),
    *("last_good.json", "last_good.json.part", "renewed.json"),
    *("staff", "staff.part"),
)
BESIDE_PUBLISHED = ("part", "part.wal", "warehouse")
RAISED = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception): (.+)")


class FailedAfterError(Exception):
    """Something failed when the build was published already."""


def one_sentence(message: str) -> str:
    r"""The reason in a dbt message, without the lines that say where it was raised.

    Example:
        >>> one_sentence("Runtime Error in model x (models/x.sql)\n  Invalid Input Error: no file")
        'no file'
        >>> one_sentence("Python model failed:\n  Traceback ...:\n  x.WriteError: disk full")
        'disk full'
    """
    lines = [line.strip() for line in message.strip().splitlines()]
    if "Python model failed:" in lines:
        # What follows is a traceback; its last exception is the one that ended the model.
        lines = [found[1] for line in lines if (found := RAISED.match(line))][-1:] or lines
    reasons = [line for line in lines if line and not re.match(r"\w+ Error( in \w+ .*)?$", line)]
    first = reasons[0] if reasons else message.strip()
    if "Could not set lock on file" in first:
        return "another process has the warehouse open; wait for it or close it, then build again"
    if "Out of Memory Error: " in first:
        return NO_DISK if "max_temp_directory_size" in message else NO_MEMORY
    return re.sub(r"^(Invalid Input|IO|Runtime|Binder|Catalog|Conversion) Error: ", "", first)


def failing_rows(run: RunResult, warehouse: Path) -> str:
    """The first rows that a failed data test found, as text; empty where there are none.

    A row of one column called `sentence` is that sentence.
    """
    sql = getattr(run.node, "compiled_code", None)
    if run.node.resource_type != "test" or not sql or not warehouse.exists():
        return ""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            rows = connection.sql(f"select * from ({sql}) limit 3")
            found = [
                row[0]
                if rows.columns == ["sentence"]
                else ", ".join(
                    f"{name} {value}" for name, value in zip(rows.columns, row, strict=True)
                )
                for row in rows.fetchall()
            ]
    except duckdb.Error:
        return ""
    return "".join(f"\n    {row}" for row in found)


def age_problem(run: FreshnessNodeResult) -> str:
    """Why an export is refused: it was written too long ago, or nobody can tell when."""
    from dbt.artifacts.schemas.freshness import SourceFreshnessResult

    if not isinstance(run, SourceFreshnessResult):
        return f"age unknown: {file_reason(duckdb.IOException(one_sentence(run.message)))}"
    limit = run.node.freshness.error_after.count
    return (
        f"last written {run.age / 3600:.0f} hours ago, and GYM_MAX_EXPORT_AGE_HOURS allows {limit};"
        " nothing was built"
    )


def failures(result: dbtRunnerResult, warehouse: Path) -> list[str]:
    """One sentence for each reason with the nodes that failed for it, or for the whole build."""
    if result.exception is not None:
        return [one_sentence(str(result.exception))]
    nodes: dict[str, list[str]] = {}
    for run in getattr(result.result, "results", []):
        if str(run.status) in FAILED:
            name = run.node.name
            if run.node.resource_type == "source":
                name, reason = f"{run.node.schema}/{name}", age_problem(run)
            else:
                reason = one_sentence(run.message or "failed") + failing_rows(run, warehouse)
            nodes.setdefault(reason, []).append(name)
    sentences = [f"{', '.join(names)}: {reason}" for reason, names in nodes.items()]
    return sentences or ([] if result.success else ["dbt could not run; see logs/dbt.log"])


def release_warehouse() -> None:
    """Close the connection that dbt keeps open, and with it the lock on the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    with contextlib.suppress(Exception):
        DuckDBConnectionManager.env().close()
    DuckDBConnectionManager.close_all_connections()


def run_dbt(*arguments: str) -> dbtRunnerResult:
    """Run one dbt command, its log in the log file only, and let go of the warehouse."""
    from dbt.cli.main import dbtRunner

    # dbt keeps all that it makes until it ends: garbage collection would cost a tenth of a build.
    gc.disable()
    try:
        result = dbtRunner().invoke(
            ["--log-level", "none", "--log-level-file", "debug", *arguments, "--write-json"]
        )
    finally:
        gc.enable()
        release_warehouse()
    if isinstance(result.exception, KeyboardInterrupt):
        raise result.exception
    return result


def is_whole(runs: Iterable[RunResult], warehouse: Path) -> bool:
    """Whether all was built from all rows, and every test passed, however dbt was asked."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        asked = connection.sql("from build_state.this_command").fetchall()
    return asked == [(True,)] and all(
        str(run.status) in GOOD for run in runs if run.node.resource_type in BUILT
    )


def remember_figures(warehouse: Path) -> None:
    """Let the guards compare with a whole build whose tests passed.

    Its figures join those of the builds before, and its requests to be erased replace theirs.
    One transaction: a kill leaves it done or not done, and done twice it adds nothing.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            begin;
            delete from build_state.erasure_requests_built;
            insert into build_state.erasure_requests_built
            select distinct request_digest from staging.stg_privacy__erasure_requests
            where reject_reason is null
            order by request_digest;
            insert into build_state.build_figures by name
            select * from build_history
            where build_number > coalesce(
                (select max(build_number) from build_state.build_figures), 0
            )
            order by line_number;
            commit
            """
        )


@contextlib.contextmanager
def told_as_published(is_published: bool) -> Iterator[None]:
    """Let nobody believe that the former build is still the published one.

    Raises:
        FailedAfterError: an error within, where the build was published before it.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except (duckdb.Error, OSError) as error:
        if not is_published:
            raise
        raise FailedAfterError(one_sentence(str(error))) from error


@contextlib.contextmanager
def only_build(warehouse: Path) -> Iterator[None]:
    """Be the only build of a warehouse, from the first file read to the last one published.

    The lock ends with the process, so a build that was killed leaves none behind.

    Raises:
        BlockingIOError: another build has it.
    """
    try:
        warehouse.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"GYM_WAREHOUSE {warehouse} cannot be made: {error.strerror}") from error
    with warehouse.with_name(f".{warehouse.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BlockingIOError(
                f"another build of {warehouse} is running; build again when it has ended"
            ) from None
        yield


def print_report(settings: Settings) -> None:
    """Print what the last build found."""
    with duckdb.connect(settings.warehouse, read_only=True) as connection:
        report.print_report(connection, settings.exports_out)


def tidy(settings: Settings) -> None:
    """Remove or name what earlier builds wrote and should not be there any more."""

    def rewrite(published: Path, out: Path) -> object:
        from scripts.dashboard import write  # imported here: hardly a build needs it

        return write.write(published, out, write.noted(settings))

    for line in former_files.clear(settings, rewrite):
        print(line)
    if former_files.renew_warehouse(settings):
        print(
            f"{settings.warehouse} was written anew, without what it held before a request to erase"
        )


def pages_are_there(settings: Settings) -> bool:
    """Whether the pages of a night lie where it writes them."""
    from scripts.dashboard import write

    return all((Path(settings.dashboard_out) / name).exists() for name in write.PAGES)


def pages_in_the_way(settings: Settings) -> list[str]:
    """What stands where a night writes a page and is none of this project's, as a sentence."""
    from scripts.dashboard import write

    note = Note.beside(Path(settings.warehouse))
    other = write.not_ours(Path(settings.dashboard_out), note)
    return [f"GYM_DASHBOARD_OUT {other}"] if other else []


def write_pages(settings: Settings) -> None:
    """Write the pages of a night: for staff, for anybody, and the brief."""
    from scripts.dashboard import write  # imported here: a build by hand writes none

    out = Path(settings.dashboard_out)
    for path in write.write(Path(settings.published), out, write.noted(settings)):
        print(f"Written: {path}")


def build(arguments: list[str], settings: Settings) -> list[str]:
    """Check the age of the exports if asked, build, publish and print; returns what went wrong.

    Without arguments for dbt nothing is built where the last good build was made from the same.
    Where everything is built and published the next steps are told, but not to cron.
    """
    warehouse, published = Path(settings.warehouse), Path(settings.published)
    if not settings.has_own_exports:
        if NIGHTLY in arguments:
            return ["GYM_RAW_EXPORTS is not set, and a night is not for the invented sample"]
        sample_exports.main(SAMPLE, Arguments())
    elif NIGHTLY in arguments and settings.target != project_settings.PROD:
        return [f"GYM_TARGET is {settings.target}, and a night is for prod"]
    started = time.monotonic()
    if NIGHTLY in arguments and (others := pages_in_the_way(settings)):
        return others
    handed_on = [argument for argument in arguments if argument != NIGHTLY]
    if not handed_on:
        publish.refuse_another_warehouse(settings)
    last = last_build.LastBuild(
        *(settings.raw_exports, warehouse, published, settings.exports_out, settings.action_history)
    )
    made_from = None if handed_on else last.made_from()
    nothing_is_new = made_from is not None and last.holds(made_from)
    if NIGHTLY in arguments and (old := failures(run_dbt("source", "freshness"), warehouse)):
        return old
    if nothing_is_new:
        if NIGHTLY in arguments:
            # to ask for the age of the exports opened the warehouse, and left it with another time
            last.remember(made_from)
        print_report(settings)
        print(
            "\nThe exports, the project and the settings are those of the last good build, and what"
            f" it made is\nuntouched: nothing had to be built. Published for reading: {published}"
        )
        tidy(settings)
        if NIGHTLY not in arguments:
            print(next_steps(settings))
        elif not pages_are_there(settings):
            write_pages(settings)
        return []
    last.forget()
    print("Building; logs/dbt.log has the details.", flush=True)
    result = run_dbt("build", *handed_on, "--exclude-resource-type", "unit_test")
    if problems := failures(result, warehouse):
        return problems
    runs = result.result.results
    whole = is_whole(runs, warehouse)
    if whole:
        publish.refuse_another_warehouse(settings)
        remember_figures(warehouse)
        is_trial = settings.target == project_settings.DEV
        action_memory.remember(warehouse, settings.action_history, is_trial)
        staff_records.write(warehouse, settings)
        publish.publish(warehouse, published, settings)
    with told_as_published(whole):
        if {"pipeline_report", "exported_files"} <= {run.node.name for run in runs}:
            print_report(settings)
        statuses = [str(run.status) for run in runs if run.node.resource_type != "operation"]
        print(
            f"\n{statuses.count('success')} models and seeds built, {statuses.count('pass')} tests"
            f" passed, {statuses.count('warn')} warned, in {time.monotonic() - started:.0f} s.\n"
            + (f"Published for reading: {published}" if whole else PART_ONLY)
        )
        if whole:
            tidy(settings)
            if NIGHTLY in arguments:
                write_pages(settings)
            # last of all: what failed before it is done again
            last.remember(made_from)
        if whole and NIGHTLY not in arguments:
            print(next_steps(settings))
    return []


def in_the_way(settings: Settings) -> list[str]:
    """What stands where a build writes and is none of this project's, a sentence each."""
    warehouse, published = Path(settings.warehouse).resolve(), Path(settings.published).resolve()
    note = Note.beside(warehouse)
    found = []
    if other := publish.not_ours(Path(settings.published), note):
        found.append(f"GYM_PUBLISHED {other}")
    names = file_names(ORDERS, settings.export_formats.split(","))
    if other := export_files.not_ours(settings.exports_out, names, note):
        found.append(f"GYM_EXPORTS_OUT {other}")
    parts = Path(settings.exports_out) / PARTS
    if not is_s3(settings.exports_out) and (other := others_among(parts, file_names(ORDERS))):
        found.append(f"GYM_EXPORTS_OUT {other}")
    beside = [warehouse.with_name(f".{warehouse.name}.{end}") for end in BESIDE_WAREHOUSE]
    beside += [published.with_name(f".{published.name}.{end}") for end in BESIDE_PUBLISHED]
    return found + [
        f"{path} is a folder, where the build writes a file; move it away"
        for path in beside
        if path.is_dir()
    ]


def own_folders(settings: Settings) -> list[Path]:
    """The folders of the project that a build writes into, and files of ours that may be there.

    Any other folder is its owner's: the build gives a mode only to those it makes. So it is with a
    folder of the project that a setting names and that holds something else, such as `models`.
    """
    named = [Path(path).absolute() for path in (settings.exports_out, settings.dashboard_out)]
    named += [Path(path).absolute().parent for path in (settings.warehouse, settings.published)]
    named += [PROJECT / "logs", PROJECT / "target"]
    ours = [PROJECT / name for name in OURS]
    return [folder for folder in ours if any(folder in (path, *path.parents) for path in named)] + [
        Path(settings.warehouse),
        PROJECT / "logs/dbt.log",
    ]


def main(arguments: list[str]) -> int:
    """Run the only build of the warehouse; returns the exit status."""
    os.chdir(PROJECT)
    logging.raiseExceptions = False  # a log that the disk has no room for is not the news
    headline = FAILED_BEFORE
    if asked := project_settings.handed_on(arguments, "--target", "-t"):
        os.environ.update(GYM_TARGET=asked[-1])
    try:
        settings = project_settings.load(arguments, reads_exports=True, writes=True)
        problems = in_the_way(settings)
        if not problems:
            project_settings.apply(settings)
            project_settings.narrow(own_folders(settings), settings)
            with only_build(Path(settings.warehouse)):
                problems = build(arguments, settings)
    except project_settings.SettingsError as error:
        problems = error.problems
    except FailedAfterError as error:
        headline, problems = FAILED_AFTER, [str(error)]
    except (duckdb.Error, OSError) as error:
        problems = [one_sentence(str(error))]
    if problems:
        print(f"\n{headline}", file=sys.stderr)
        for problem in problems:
            print(f"  {problem}", file=sys.stderr)
    return 1 if problems else 0
