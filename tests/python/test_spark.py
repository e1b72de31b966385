"""Apache Spark builds the same tables from the same exports, row for row, night after night.

It takes minutes, so `make test-spark` runs it and `make test` does not. Without Java or the
environment .venv-spark it is skipped, loudly; with GYM_REQUIRE_SPARK it fails then.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, Project
from spark_runs import IS_WANTED, PYTHON, environment, require_spark

from python_udfs import action_memory
from scripts.spark import build as on_spark
from scripts.spark import compare
from scripts.spark.stand_in import STAND_IN

wanted = pytest.mark.skipif(not IS_WANTED, reason="make test-spark builds on Spark")
DAYS = "main/customer_interactions"


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


def built(folder: Path, exports: Path) -> Path:
    """The folder of a build of exports that ended well."""
    told = run_on_spark(str(PYTHON), folder, exports)
    assert told.endswith("\n0"), told
    made = on_spark.last_good(folder / "spark")
    assert made is not None
    return made


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory, small_gym: Project) -> Path:
    """A place with the warehouse on Spark of the small gym, whose lots fall as on DuckDB."""
    require_spark()
    folder = tmp_path_factory.mktemp("nights")
    salt = folder / "spark/action_history" / action_memory.SALT
    salt.parent.mkdir(parents=True)
    salt.write_text(action_memory.SALT_OF_A_TRIAL + "\n")
    built(folder, small_gym.exports)
    return folder


@wanted
def test_both_engines_give_the_same_rows(small_gym: Project, first_night: Path) -> None:
    folder = on_spark.last_good(first_night / "spark")
    assert folder is not None
    assert compare.unexpected(small_gym.warehouse, folder) == []


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if None not in row and None not in row.values()]


def change_old_days(gym: Project) -> dict[str, str]:
    """A late row, a correction, a replay of what was corrected before, a deletion, an erasure.

    Returns:
        The record of who asked to be erased: someone who came often, and whose name nobody shares.
    """
    checkins = sorted(
        rows_of(gym.exports / "capitan/checkins.csv"), key=lambda row: row["checkin_datetime"]
    )
    people = rows_of(gym.exports / "capitan/customers.csv")
    shared = Counter(row["last_name"] for row in people)
    visits = Counter(row["customer_id"] for row in checkins)
    erased = max(
        (row for row in people if shared[row["last_name"]] == 1 and len(row["last_name"]) > 5),
        key=lambda row: (visits[row["customer_id"]], row["customer_id"]),
    )
    others = [row for row in checkins if row["customer_id"] != erased["customer_id"]]
    late = others[200] | {"checkin_id": "900000001"}
    late["checkin_datetime"] = others[0]["checkin_datetime"]
    corrected = others[400] | {"customer_id": others[401]["customer_id"]}
    corrected["created_at"] = "2025-11-24 23:00:00"
    replayed = others[600] | {"created_at": "2020-01-01 00:00:00"}
    replayed["entry_method_description"] = "Day Pass from Somebody Else (0 remaining)"
    kept = [row for row in checkins if row is not others[800]]
    gym.write("capitan/checkins", [*kept, late, corrected, replayed])
    gym.write("privacy/erasure_requests", [{"customer_id": erased["customer_id"]}])
    return erased


def holders(folder: Path, texts: tuple[str, ...]) -> set[str]:
    """The tables of a build on Spark in which a text stands."""
    found = set()
    with duckdb.connect(str(folder / STAND_IN), read_only=True) as connection:
        for schema, table in connection.sql(
            "select schema_name, view_name from duckdb_views() where not internal union all"
            " select schema_name, table_name from duckdb_tables()"
        ).fetchall():
            rows = f'(select lower(cast(row as varchar)) as text from "{schema}"."{table}" as row)'
            if any(
                connection.execute(
                    f"select 1 from {rows} where contains(text, $text) limit 1",
                    {"text": text.lower()},
                ).fetchall()
                for text in texts
            ):
                found.add(f"{schema}.{table}")
    return found


@wanted
def test_a_second_night_equals_that_of_duckdb(night: Project, first_night: Path) -> None:
    former = on_spark.last_good(first_night / "spark")
    assert former is not None
    months = {folder.name: folder for folder in (former / DAYS).glob("*=*")}
    files = {name: {file.stat().st_ino for file in months[name].iterdir()} for name in months}
    erased = change_old_days(night)
    names = (f"{erased['first_name']} {erased['last_name']}", erased["email"])
    assert "core.core_customers" in holders(former, names)

    done = night.build()
    assert done.returncode == 0, done.stderr
    folder = built(first_night, night.exports)
    assert compare.unexpected(night.warehouse, folder) == []

    # who was erased is nowhere any more, not even in the files of months that are kept
    assert holders(folder, names) == set()
    assert [path.name for path in (first_night / "spark").glob("build_*")] == [folder.name]
    # and a month in which nothing changed is the same file
    changed = {
        day[:7]
        for (day,) in night.query(
            "select cast(interaction_date as varchar) from build_state.interaction_dates_recomputed"
        )
    }
    kept = {name for name in files if name.partition("=")[2] not in changed}
    assert kept
    for name, before in files.items():
        after = {file.stat().st_ino for file in (folder / DAYS / name).glob("*")}
        assert (after == before) == (name in kept)


def test_without_spark_the_command_says_what_is_missing(tmp_path: Path) -> None:
    told = run_on_spark(sys.executable, tmp_path, tmp_path, JAVA_HOME=str(tmp_path))
    assert told.endswith("\n1")
    assert "is not installed; pip install .[spark] brings it" in told or "Spark needs Java" in told
    assert "Traceback" not in told
