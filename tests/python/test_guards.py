"""What stops a build whose exports are wrong, and the figures that the guards compare with."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, Project
from test_build import CHECKINS, digests, read
from test_publish import digest, query

# The guards and the models they look at.
GUARDS = ("--select", "+export_row_counts")
RELATIONS = "capitan/relations"
HISTORY = "select build_number, count(*) from build_history group by all order by all"


def shrink(project: Project, export: str, share: float) -> tuple[int, int]:
    """Leave this share of an export's rows; returns the records that it had and has."""
    rows = read(project.exports / f"{export}.csv")
    [(before,)] = project.query(
        f"select record_count from export_row_counts where export_name = '{export}'"
    )
    left = rows[: round(share * len(rows))]
    project.write(export, left)
    return before, len(left)


def test_an_export_that_shrank_is_refused_until_it_is_allowed(
    small_gym: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = small_gym.copy(tmp_path)
    before, now = shrink(project, RELATIONS, share=0.7)
    kept = (digests(project.files), digest(project.published), project.query(HISTORY))

    for night, arguments in enumerate(((), GUARDS)):
        refused = project.build(*arguments)
        assert refused.returncode == 1, night
        assert "assert_no_export_shrank" in refused.stderr
        assert (
            f"export_name {RELATIONS}, records_at_last_good_build {before}, records_now {now}"
            in refused.stderr
        )
        assert (digests(project.files), digest(project.published), project.query(HISTORY)) == kept

    monkeypatch.setenv("GYM_ALLOW_SHRINK", "capitan/members")
    assert project.build(*GUARDS).returncode == 1, "another export is allowed to"

    monkeypatch.setenv("GYM_ALLOW_SHRINK", f"capitan/members, {RELATIONS}")
    allowed = project.build()
    assert allowed.returncode == 0, allowed.stderr
    assert digest(project.published) != kept[1]
    [first, second] = query(project.published, HISTORY)
    assert kept[2] == [first]
    assert second == (2, first[1])
    assert project.query(HISTORY) == [first, second]


def test_a_build_that_passed_adds_a_row_for_each_figure(small_gym: Project) -> None:
    sql = "select section, metric, value from {} where section != 'strongest pairs' order by all"
    told = query(small_gym.published, sql.format("pipeline_report"))
    assert len(told) > 30
    assert query(small_gym.published, sql.format("build_history")) == told
    assert query(small_gym.published, HISTORY) == [(1, len(told))]


def test_history_is_written_after_every_test_but_its_own(small_gym: Project) -> None:
    """What is not before build_history may fail when its row is written."""
    manifest = json.loads((small_gym.folder / "target/manifest.json").read_text())
    [history] = [key for key in manifest["nodes"] if key.endswith(".build_history")]
    before, waiting = {history}, [history]
    while waiting:
        parents = set(manifest["parent_map"].get(waiting.pop(), [])) - before
        before |= parents
        waiting += parents
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    late = {
        parent
        for node in tests
        for parent in node["depends_on"]["nodes"]
        if not parent.startswith("source.") and parent not in before
    }
    assert tests
    assert late == set(), "name it in models/reporting/build_history.sql as -- depends_on"


def test_a_clock_set_back_neither_renumbers_nor_blinds_the_guard(
    small_gym: Project, tmp_path: Path
) -> None:
    """The last build came ten years from now, and the one before it had twice the records."""
    project = small_gym.copy(tmp_path)
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute(
            """
            update build_state.build_figures set value = 2 * value;
            insert into build_state.build_figures by name
            select * replace (
                build_number + 1 as build_number,
                built_at + interval 10 year as built_at,
                value // 2 as value
            ) from build_state.build_figures
            """
        )
    result = project.build("--select", "export_row_counts", "build_history")
    assert result.returncode == 0, result.stderr
    numbers = [number for number, _ in project.query(HISTORY)]
    assert numbers == [1, 2, 3]
    shrink(project, RELATIONS, share=0.7)
    assert "assert_no_export_shrank" in project.build(*GUARDS).stderr


def test_too_many_rejected_rows_are_refused_by_the_name_of_the_export(
    small_gym: Project, tmp_path: Path
) -> None:
    project = small_gym.copy(tmp_path)
    rows = read(project.exports / f"{CHECKINS}.csv")
    project.write(CHECKINS, [row | {"checkin_datetime": "soon"} for row in rows[:50]] + rows[50:])
    refused = project.build(*GUARDS)
    assert refused.returncode == 1
    assert "assert_few_records_are_rejected: Got 1 result" in refused.stderr
    assert f"export_name {CHECKINS}" in refused.stderr


def age(export: Path, hours: float) -> None:
    then = time.time() - 3600 * hours
    os.utime(export, (then, then))


def test_a_night_without_new_exports_is_refused_by_name_and_age(
    small_gym: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Optional exports may be missing. A folder of files is as new as its newest."""
    project = small_gym.copy(tmp_path)
    (project.exports / "transactions/combined_transaction_data.csv").unlink()
    relations = project.exports / f"{RELATIONS}.csv"
    relations.with_suffix("").mkdir()
    old = relations.rename(relations.with_suffix("") / "1.csv")
    new = relations.with_suffix("") / "2.csv"
    new.write_bytes(old.read_bytes().splitlines(keepends=True)[0])
    for path in project.exports.rglob("*.csv"):
        age(path, hours=47)
    age(old, hours=1000)
    nightly = ("--nightly", "--select", "export_names")
    assert project.build(*nightly).returncode == 0

    age(new, hours=60.4)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    refused = project.build(*nightly)
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines()[1:] == [
        "  capitan/relations: last written 60 hours ago, and GYM_MAX_EXPORT_AGE_HOURS allows 48;"
        " nothing was built"
    ]
    monkeypatch.setenv("GYM_MAX_EXPORT_AGE_HOURS", "72")
    assert project.build(*nightly).returncode == 0


def test_an_age_that_is_no_number_is_refused(project: Project, monkeypatch) -> None:
    monkeypatch.setenv("GYM_MAX_EXPORT_AGE_HOURS", "two days")
    refused = project.build("--nightly", "--select", "export_names")
    assert refused.returncode == 1
    assert "GYM_MAX_EXPORT_AGE_HOURS" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_published_file_has_the_history_of_the_warehouse(small_gym: Project) -> None:
    sql = "from build_history order by build_number, line_number"
    assert query(small_gym.published, sql) == small_gym.query(sql)
    assert (PROJECT / "models/reporting/build_history.sql").exists()
