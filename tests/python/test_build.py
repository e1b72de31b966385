"""The build as a user runs it: on the sample, again, on little, and on changed exports."""

from __future__ import annotations

import csv
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import UNIT_TESTS, Project, digests

# Where a build is made only for its tables and files, its tests have run elsewhere.
NO_TESTS = ("--exclude-resource-type", "test", "unit_test")
MARTS = ("pass_transfers", "customer_interactions", "customer_connections", "customer_events")
CHECKINS = "capitan/checkins"


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file that have as many fields as its header."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return [row for row in rows if None not in row and None not in row.values()]


def test_sample_build_passes_every_test_and_prints_the_report(sample_project) -> None:
    _, result = sample_project
    assert result.returncode == 0, result.stderr
    for heading in ("rows in", "pass transfers", "purchaser matching", "connections", "files in"):
        assert f"\n{heading}" in result.stdout
    assert " 0 warned" in result.stdout


def test_the_sample_has_every_public_table(sample_project) -> None:
    built, _ = sample_project
    shown = built.query("select section, metric from public_totals")
    counted = built.query("select section, metric from gym_metrics where is_public")
    small = built.query(
        "select distinct section from gym_metrics where is_public and value between 1 and 14"
    )
    left_out = {section for section, _ in counted} - {section for section, _ in shown}
    assert left_out <= {section for (section,) in small}
    assert len(left_out) <= 1
    assert {m for s, m in shown if s == "totals"} == {m for s, m in counted if s == "totals"}


@pytest.mark.check
def test_every_unit_test_passes(small_gym: Project, tmp_path: Path, record_property) -> None:
    """`make build` leaves them out."""
    copy = small_gym.copy(tmp_path / "copy")
    dbt = str(Path(sys.executable).with_name("dbt"))
    result = copy.run(dbt, "test", "--select", "test_type:unit")
    assert result.returncode == 0, result.stdout
    assert " WARN=0 ERROR=0 SKIP=0 " in result.stdout
    record_property(UNIT_TESTS, int(re.search(r" PASS=(\d+) ", result.stdout)[1]))


def test_files_are_the_four_marts_in_both_formats(sample_project) -> None:
    built, _ = sample_project
    files = [f"{mart}.{form}" for mart in MARTS for form in ("csv", "parquet")]
    assert sorted(path.name for path in built.files.iterdir()) == sorted([*files, "manifest.json"])
    header = (built.files / "customer_interactions.csv").open().readline().strip()
    assert header == (
        "interaction_id,interaction_date,interaction_type,customer_id_1,customer_id_2,metadata"
    )


def test_fresh_build_in_another_zone_and_locale_gives_the_same_bytes(
    small_gym: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    again = Project(tmp_path, small_gym.exports)
    result = again.build("--threads", "1")
    assert result.returncode == 0, result.stderr
    assert digests(again.files) == digests(small_gym.files)


def one_customer(project: Project, checkins: list[dict[str, object]]) -> None:
    """One customer, and these check-ins."""
    project.write("capitan/customers", [{"customer_id": 1, "first_name": "Ann"}])
    project.write(CHECKINS, checkins)


ONE_CHECKIN = {"checkin_id": 1, "customer_id": 1, "checkin_datetime": "2025-01-01 10:00:00"}


def test_a_gym_in_which_nothing_happened_gives_files_with_a_header_only(project: Project) -> None:
    one_customer(project, [ONE_CHECKIN | {"entry_method": "MEM"}])
    result = project.build()
    assert result.returncode == 0, result.stderr
    for mart in set(MARTS) - {"customer_events"}:
        assert len((project.files / f"{mart}.csv").read_text().splitlines()) == 1
        assert project.query(f"from '{project.files}/{mart}.parquet'") == []
    assert "no file; what depends on it is empty" in result.stdout


def test_check_ins_without_a_row_are_refused_and_what_was_built_stays(project: Project) -> None:
    one_customer(project, [])
    result = project.build()
    assert result.returncode == 1
    assert "capitan/checkins is empty: capitan/checkins.csv has a header and no row" in (
        result.stderr
    )
    assert not project.files.exists()


def test_too_many_rejected_rows_stop_the_files(project: Project) -> None:
    project.write("capitan/customers", [{"customer_id": 1}])
    project.write(CHECKINS, [{"checkin_id": "x"}])
    result = project.build()
    assert result.returncode == 1
    assert "assert_few_records_are_rejected" in result.stderr
    assert not project.files.exists()


def write(root: Path, rows: list[dict[str, str]]) -> None:
    with (root / f"{CHECKINS}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def a_night_of_changes(rows: list[dict[str, str]], rng: random.Random) -> list[dict[str, str]]:
    """Late, edited and deleted check-ins of any age, a day gone, a transfer's text corrected."""
    rows = [dict(row) for row in rows if rng.random() > 0.01]
    days = sorted({row["checkin_datetime"][:10] for row in rows})
    gone = rng.choice(days)
    rows = [row for row in rows if row["checkin_datetime"][:10] != gone]
    for row in rng.sample(rows, 5):
        row["checkin_datetime"] = rng.choice(days) + row["checkin_datetime"][10:]
    late = dict(rng.choice(rows), checkin_id="999999999")
    transfers = [row for row in rows if " from " in row["entry_method_description"]]
    for row in rng.sample(transfers, min(3, len(transfers))):
        row["entry_method_description"] = "Day Pass from Nobody Inparticular (0 remaining)"
    return [*rows, late]


def test_parquet_and_partitioned_exports_give_the_same_files(
    small_gym: Project, tmp_path: Path
) -> None:
    """The check-ins as a folder of months in Parquet; their lines are whole, as CSV has them."""
    other = tmp_path / "other"
    shutil.copytree(small_gym.exports, other)
    (other / f"{CHECKINS}.csv").unlink()
    (other / CHECKINS).mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            f"""create table checkins as
            from read_csv('{small_gym.exports}/{CHECKINS}.csv', all_varchar = true, nullstr = '')"""
        )
        month_of = "coalesce(replace(left(checkin_datetime, 7), '/', '_'), 'none')"
        months = connection.sql(f"select distinct {month_of} from checkins order by 1").fetchall()
        assert len(months) > 12
        for (month,) in months:
            connection.execute(
                f"""copy (from checkins where {month_of} = '{month}')
                to '{other}/{CHECKINS}/{month}.parquet' (format parquet)"""
            )
    partitioned = Project(tmp_path / "partitioned", other)
    partitioned.folder.mkdir()
    result = partitioned.build(*NO_TESTS)
    assert result.returncode == 0, result.stderr
    assert digests(partitioned.marts()) == digests(small_gym.files)


def test_a_locked_warehouse_is_said_in_one_sentence(project: Project) -> None:
    one_customer(project, [ONE_CHECKIN | {"entry_method": "MEM"}])
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; c = duckdb.connect('{project.warehouse}'); print(1, flush=True);"
            " input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline()
        result = project.build()
    finally:
        holder.communicate(b"\n")
    assert result.returncode == 1
    assert "another process has the warehouse open" in result.stderr
    assert "Traceback" not in result.stderr
    assert project.build("--select", "dialect_capitan").returncode == 0


ODD_CUSTOMERS = {
    "": 2,
    "abc": 2,
    "-1": 2,
    "²": 2,
    "1; drop table customers": 2,
    "1.5": 2,
    "1": 1,
    " 0001.0 ": 1,
    "9223372036854775808": 1,
    "12345678901234567890123": 1,
}


@pytest.mark.parametrize("customer,status", ODD_CUSTOMERS.items())
def test_a_card_says_what_is_wrong(small_gym: Project, customer: str, status: int) -> None:
    result = small_gym.run("make", "customer", f"ID={customer}")
    assert f"Error {status}" in result.stderr
    assert "Traceback" not in result.stderr
    said = result.stdout + result.stderr
    assert ("Say which customer" if status == 2 else "has no record") in said


def test_a_card_needs_the_published_file_alone_and_says_what_is_wrong_with_it(
    small_gym: Project, tmp_path: Path
) -> None:
    [(customer,)] = small_gym.query("select min(customer_id) from customers")
    card = (sys.executable, "-m", "scripts", "customer", str(customer))
    copy = small_gym.copy(tmp_path / "copy")
    copy.warehouse.unlink()
    assert copy.run(*card).returncode == 0
    for content, sentence in ((b"no database", "No card:"), (None, "run make build first")):
        copy.published.unlink()
        if content:
            copy.published.write_bytes(content)
        result = copy.run(*card)
        assert result.returncode == 1
        assert sentence in result.stderr
        assert "Traceback" not in result.stderr


def test_a_card_shows_the_customer_with_most_passes(sample_project) -> None:
    built, _ = sample_project
    [(customer, passes)] = built.query(
        """select purchaser_customer_id, count(*) from pass_transfers
        where purchaser_customer_id is not null group by 1 order by 2 desc, 1 limit 1"""
    )
    result = built.run(sys.executable, "-m", "scripts", "customer", str(customer))
    assert result.returncode == 0, result.stderr
    assert "passes shared with others" in result.stdout
    assert "connections, strongest first" in result.stdout
    # a screen or two, and how many more there are
    assert f" more; customer_card({customer}) in " in result.stdout
    assert len(result.stdout.splitlines()) < 250
    assert str(passes)
