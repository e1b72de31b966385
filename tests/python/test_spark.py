"""Apache Spark builds the same tables from the same exports, row for row.

It takes minutes, so `make test-spark` runs it and `make test` does not. Without Java or the
environment .venv-spark it is skipped, loudly; with GYM_REQUIRE_SPARK it fails then.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, Project
from spark_runs import PYTHON, environment, require_spark

from scripts.spark import build as on_spark
from scripts.spark import compare

IS_WANTED = bool(os.environ.get("GYM_REQUIRE_SPARK") or os.environ.get("TEST_SPARK"))


def run_on_spark(python: str, folder: Path, exports: Path, **given: str) -> str:
    """Run the command; returns what it prints, and its status in the last line."""
    done = subprocess.run(
        [python, "-m", "scripts", "spark", "--master", "local[2]", "--warehouse", folder / "spark"],
        cwd=PROJECT,
        env=environment(folder, GYM_RAW_EXPORTS=str(exports), **given),
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{done.stdout}{done.stderr}\n{done.returncode}"


@pytest.mark.skipif(not IS_WANTED, reason="make test-spark builds on Spark")
def test_both_engines_give_the_same_rows(small_gym: Project, tmp_path: Path) -> None:
    require_spark()
    told = run_on_spark(str(PYTHON), tmp_path, small_gym.exports)
    assert told.endswith("\n0"), told
    folder = on_spark.last_good(tmp_path / "spark")
    assert folder is not None
    assert compare.unexpected(small_gym.warehouse, folder) == []


def test_without_spark_the_command_says_what_is_missing(tmp_path: Path) -> None:
    told = run_on_spark(sys.executable, tmp_path, tmp_path, JAVA_HOME=str(tmp_path))
    assert told.endswith("\n1")
    assert "is not installed; pip install .[spark] brings it" in told or "Spark needs Java" in told
    assert "Traceback" not in told
