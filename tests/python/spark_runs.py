"""What the tests of Apache Spark share: where it is, and how little of it is enough."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from conftest import PROJECT

from scripts.spark import build as on_spark

PYTHON = PROJECT / ".venv-spark/bin/python"
NO_SPARK = "NO SPARK: nothing was asked of it. It needs Java 17 (Debian: openjdk-17-jre-headless)"
# Whether a build on Spark is asked for; it takes minutes.
IS_WANTED = bool(os.environ.get("GYM_REQUIRE_SPARK") or os.environ.get("TEST_SPARK"))
# Little memory and few partitions, and no code that is compiled for a handful of rows.
DEFAULTS = """\
spark.driver.memory 1g
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.ui.enabled false
spark.sql.shuffle.partitions 2
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.adaptive.enabled false
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
-XX:ReservedCodeCacheSize=128m
"""


def require_spark() -> None:
    """Skip a test loudly where Spark cannot be had; with GYM_REQUIRE_SPARK it fails."""
    if PYTHON.exists() and on_spark.java_version() in on_spark.JAVA:
        return
    if os.environ.get("GYM_REQUIRE_SPARK"):
        pytest.fail(NO_SPARK)
    print(f"\n{'!' * 78}\n{NO_SPARK}\n{'!' * 78}\n", file=sys.stderr)
    pytest.skip(NO_SPARK)


def environment(folder: Path, settings: str = "", **given: str) -> dict[str, str]:
    """The variables of a process that has a session, with its settings in a folder."""
    (folder / "spark-defaults.conf").write_text(DEFAULTS + settings)
    ours = {"SPARK_CONF_DIR": str(folder), "PYSPARK_PYTHON": str(PYTHON)}
    return os.environ | ours | given


def asked_of_spark(
    tables: Mapping[str, Mapping[str, str]],
    queries: Mapping[str, str],
    planned: Collection[str],
    folder: Path,
) -> tuple[dict[str, str], dict[str, str]]:
    """The queries of DuckDB's that Spark cannot run once they are translated, with its reason.

    Returns:
        These, and the plans of the queries named in `planned`.
    """
    asked = {"tables": tables, "queries": queries, "planned": [*planned]}
    done = subprocess.run(
        [PYTHON, PROJECT / "tests/python/spark_analysis.py"],
        cwd=folder,
        env=environment(folder, PYTHONPATH=str(PROJECT)),
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer["refused"], answer["plans"]
