"""Build the project on Apache Spark; see docs/spark.md."""

from __future__ import annotations

import os
import time
from pathlib import Path

from scripts import build
from scripts.spark import engine

PROJECT = build.PROJECT


def main(arguments: list[str]) -> int:
    """Build all models and test the data; returns the exit status."""
    os.chdir(PROJECT)
    master = os.environ.get("GYM_SPARK_MASTER") or "local[*]"
    warehouse = os.environ.get("GYM_SPARK_WAREHOUSE") or "dev/spark"
    started = time.monotonic()
    root = Path(warehouse).absolute()
    engine.install(engine.Engine(engine.session(master), root, root / f"build_{time.time_ns()}"))
    result = build.run_dbt(
        *("build", "--target", "spark", "--target-path", "target/spark"),
        *("--exclude-resource-type", "unit_test"),
        *arguments,
    )
    problems = build.failures(result, PROJECT / "none")
    for problem in problems:
        print(problem)
    runs = getattr(result.result, "results", [])
    statuses = [str(run.status) for run in runs if run.node.resource_type != "operation"]
    print(
        f"{statuses.count('success')} models and seeds built, {statuses.count('pass')} tests"
        f" passed, {statuses.count('warn')} warned, in {time.monotonic() - started:.0f} s."
    )
    return 1 if problems else 0
