"""Build the project on Apache Spark; see docs/spark.md."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

from python_udfs import action_memory
from python_udfs import settings as project_settings
from scripts import build, sample_exports
from scripts.sample_gym.config import Arguments
from scripts.spark import stand_in

PROJECT = build.PROJECT
SPARK = "4."
JAVA = (17, 21)
CURRENT = "current"


class SparkError(OSError):
    """Spark cannot be had; the message is the sentence to show."""


def java_version() -> int | None:
    """The version of the Java that Spark would start."""
    home = os.environ.get("JAVA_HOME")
    path = str(Path(home) / "bin/java") if home else shutil.which("java")
    if path is None or not Path(path).exists():
        return None
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    digits = said.partition('"')[2].partition(".")[0].partition('"')[0]
    return int(digits) if digits.isdigit() else None


def check() -> None:
    """Look for all that a session needs, before anything is started.

    Raises:
        SparkError: a package or Java is missing, or is of another version.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise SparkError("pyspark is not installed; pip install .[spark] brings it")
    import pyspark

    if not pyspark.__version__.startswith(SPARK):
        raise SparkError(f"pyspark is {pyspark.__version__}, and this project needs 4")
    for package in ("dbt.adapters.spark", "sqlglot", "pandas"):
        if importlib.util.find_spec(package) is None:
            raise SparkError(f"{package} is not installed; pip install .[spark] brings it")
    version = java_version()
    if version not in JAVA:
        found = "there is none" if version is None else f"this is Java {version}"
        raise SparkError(f"Spark needs Java 17 or 21, and {found} (JAVA_HOME, or PATH)")


def reach(master: str) -> None:
    """Ask whether a standalone master listens; Spark itself would try again for minutes.

    Raises:
        SparkError: nobody listens there.
    """
    if not master.startswith("spark://"):
        return
    first = urlsplit(master.partition(",")[0])
    try:
        socket.create_connection((first.hostname or "", first.port or 7077), timeout=5).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SparkError(f"the master {master} cannot be reached: {reason}") from None


def last_good(warehouse: Path) -> Path | None:
    """The folder of the last build that ended well."""
    told = warehouse / CURRENT
    return warehouse / told.read_text().strip() if told.exists() else None


def remember(folder: Path, target: str) -> None:
    """Keep what the next build reads of a good one: its figures and requests, and its lists."""
    file = stand_in.make(folder)
    build.remember_figures(file)
    beside = project_settings.history_beside(str(folder))
    lists = project_settings.given().get("GYM_ACTION_HISTORY", beside)
    action_memory.remember(file, lists, target == project_settings.DEV)


def tidy(warehouse: Path, folder: Path) -> None:
    """Let a build be the last good one, and remove those before it."""
    new = warehouse / f"{CURRENT}.part"
    new.write_text(folder.name)
    new.replace(warehouse / CURRENT)
    for former in warehouse.glob("build_*"):
        if former != folder:
            shutil.rmtree(former)


def main(master: str, warehouse: Path, arguments: list[str]) -> int:
    """Build and test the data; returns the exit status.

    Raises:
        SparkError: Spark cannot be had.
    """
    os.chdir(PROJECT)
    check()
    reach(master)
    from scripts.spark import engine

    settings = project_settings.load(arguments, reads_exports=True)
    if not settings.has_own_exports:
        sample_exports.main(build.SAMPLE, Arguments())
    # what the models ask for, since dbt's own target is spark
    os.environ.update(GYM_TARGET=settings.target)
    started = time.monotonic()
    warehouse = warehouse.absolute()
    folder = warehouse / f"build_{time.time_ns()}"
    try:
        spark = engine.session(master)
    except Exception as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else "no reason given"
        raise SparkError(f"no session at {master}: {reason[:200]}") from None
    tables = engine.Engine(spark, warehouse, folder, last_good(warehouse))
    engine.install(tables)
    result = build.run_dbt(
        *("build", "--target", "spark", "--target-path", "target/spark"),
        *("--exclude-resource-type", "unit_test"),
        *arguments,
    )
    if problems := build.failures(result, warehouse / "none"):
        for problem in problems:
            print(problem)
        return 1
    if tables.is_whole:
        remember(folder, settings.target)
        tidy(warehouse, folder)
    statuses = [str(r.status) for r in result.result.results if r.node.resource_type != "operation"]
    print(
        f"{statuses.count('success')} models and seeds built, {statuses.count('pass')} tests"
        f" passed, {statuses.count('warn')} warned, in {time.monotonic() - started:.0f} s.\n"
        f"Parquet files: {folder}"
    )
    return 0
