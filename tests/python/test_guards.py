"""What stops a build whose exports are wrong, and the figures that the guards compare with."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, Project
from test_build import CHECKINS, digests, read
from test_publish import digest, query

import build

# The guards and the models they look at.
GUARDS = ("--select", "+export_row_counts")
RELATIONS = "capitan/relations"
HISTORY = "select build_number, count(*) from build_history group by all order by all"


def shrink(night: Project, export: str, share: float) -> tuple[int, int]:
    """Leave this share of an export's rows; returns the records that it had and has."""
    rows = read(night.exports / f"{export}.csv")
    [(before,)] = night.query(
        f"select record_count from export_row_counts where export_name = '{export}'"
    )
    left = rows[: round(share * len(rows))]
    night.write(export, left)
    return before, len(left)


def test_an_export_that_shrank_is_refused_until_it_is_allowed(
    night: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second refused night also has rejected rows, and leave for another export to shrink."""
    before, now = shrink(night, RELATIONS, share=0.7)
    sentence = f"export_name {RELATIONS}, records_at_last_good_build {before}, records_now {now}"
    kept = (digests(night.files), digest(night.published), night.query(HISTORY))

    refused = night.build()
    assert refused.returncode == 1
    assert "assert_no_export_shrank" in refused.stderr
    assert sentence in refused.stderr
    assert (digests(night.files), digest(night.published), night.query(HISTORY)) == kept

    good = read(night.exports / f"{CHECKINS}.csv")
    night.write(CHECKINS, [row | {"checkin_datetime": "soon"} for row in good[:50]] + good[50:])
    monkeypatch.setenv("GYM_ALLOW_SHRINK", "capitan/members")
    refused = night.build(*GUARDS)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "assert_few_records_are_rejected" in refused.stderr
    assert f"export_name {CHECKINS}" in refused.stderr

    night.write(CHECKINS, good)
    monkeypatch.setenv("GYM_ALLOW_SHRINK", f"capitan/members, {RELATIONS}")
    allowed = night.build(*GUARDS)
    assert allowed.returncode == 0, allowed.stderr


def test_a_build_that_passed_adds_a_row_for_each_figure(small_gym: Project) -> None:
    sql = "select section, metric, value from {} where section != 'strongest pairs' order by all"
    told = query(small_gym.published, sql.format("pipeline_report"))
    assert len(told) > 30
    assert query(small_gym.published, sql.format("build_history")) == told
    assert query(small_gym.published, HISTORY) == [(1, len(told))]


def before(manifest: dict, model: str) -> set[str]:
    """All that a model is made of, by their ids."""
    waiting, found = [f"model.gym_connections.{model}"], set()
    while waiting:
        parents = set(manifest["parent_map"].get(waiting.pop(), [])) - found
        found |= parents
        waiting += parents
    return found


def test_files_are_written_after_every_test_of_what_they_are_made_of(small_gym: Project) -> None:
    """Dbt lets a model wait for a test only if the model depends on all that the test reads."""
    model = "exported_files"
    manifest = json.loads((small_gym.folder / "target/manifest.json").read_text())
    inputs = before(manifest, model)
    late = {
        node["name"]: set(node["depends_on"]["nodes"]) - inputs
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and not inputs.isdisjoint(node["depends_on"]["nodes"])
        and f"model.gym_connections.{model}" not in node["depends_on"]["nodes"]
    }
    assert len(late) > 100
    assert {name for name, missing in late.items() if missing} == set(), "make it depend on these"


def test_figures_join_the_good_builds_once_and_after_all_tests(
    night: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build by hand, or one that a test stops, is shown and not counted."""
    good = night.query("from build_state.build_figures")
    shrink(night, RELATIONS, share=0.5)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(PROJECT))
    dbt = str(Path(sys.executable).with_name("dbt"))
    by_hand = night.run(dbt, "run")
    assert by_hand.returncode == 0, by_hand.stdout
    assert by_hand.stdout.count("make build does that") == 1
    assert night.query("from build_state.build_figures") == good
    assert [number for number, _ in night.query(HISTORY)] == [1, 2]
    refused = night.build()
    assert refused.returncode == 1
    assert "assert_no_export_shrank" in refused.stderr
    assert night.query("from build_state.build_figures") == good

    for _ in range(2):
        build.remember_figures(night.warehouse)
        numbers = night.query("select distinct build_number from build_state.build_figures")
        assert sorted(numbers) == [(1,), (2,)]
    figures = night.query("select count(*) from build_state.build_figures")
    assert figures == night.query("select count(*) from build_history")


REQUESTS = "privacy/erasure_requests"
SHRUNK = {
    "one of a hundred": (100, 99, "", True),
    "all of them, and the file": (3, 0, "", True),
    "as many": (3, 3, "", False),
    "more": (3, 4, "", False),
    "allowed by name": (3, 2, REQUESTS, False),
    "another is allowed": (3, 2, RELATIONS, True),
}


@pytest.mark.parametrize("last,now,allowed,refused", SHRUNK.values(), ids=SHRUNK)
def test_no_request_to_erase_may_be_fewer(
    last: int, now: int, allowed: str, refused: bool, small_gym: Project
) -> None:
    """The guard's own SQL, on two tables of numbers."""
    sql = (PROJECT / "tests/assert_no_export_shrank.sql").read_text(encoding="utf-8")
    for pattern, text in (
        (r"\{\{ ref\('(\w+)'\) \}\}", r"\1"),
        (r"\{\{ source\('\w+', '(\w+)'\) \}\}", r"\1"),
        (r"\{\{ var\('max_shrink_share'\) \}\}", "0.2"),
        (r"\{\{ env_var\(\"GYM_ALLOW_SHRINK\", \"\"\) \}\}", allowed),
    ):
        sql, count = re.subn(pattern, text, sql)
        assert count == 1
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create schema s;
            set schema = 's';
            create view main.export_row_counts as
            select '{REQUESTS}' as export_name, {now} as record_count;
            create view main.build_figures as
            select 1 as build_number, 'rows in' as section, '{REQUESTS}' as metric, {last} as value
            """
        )
        # the query's own parts have the tables' names
        sql = sql.replace("* from export_row_counts", "* from main.export_row_counts")
        sql = sql.replace("* from build_figures", "* from main.build_figures")
        assert bool(connection.sql(sql).fetchall()) == refused


def test_a_clock_set_back_neither_renumbers_nor_misleads_the_guard(night: Project) -> None:
    """The last build but one came ten years from now, and its exports were twice as long."""
    with duckdb.connect(str(night.warehouse)) as connection:
        connection.execute(
            """
            insert into build_state.build_figures by name
            select * replace (build_number + 1 as build_number) from build_state.build_figures;
            update build_state.build_figures
            set value = 2 * value, built_at = built_at + interval 10 year
            where build_number = 1
            """
        )
    result = night.build("--select", "export_row_counts", "build_history")
    assert result.returncode == 0, result.stderr
    assert [number for number, _ in night.query(HISTORY)] == [1, 2, 3]


def age(export: Path, hours: float) -> None:
    then = time.time() - 3600 * hours
    os.utime(export, (then, then))


def test_a_night_without_new_exports_is_refused_by_name_and_age(
    night: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Optional exports may be missing. A folder of files is as new as its newest."""
    (night.exports / "transactions/combined_transaction_data.csv").unlink()
    # capitals, a link and another ending: what the build reads is what has an age
    (night.exports / "capitan").rename(night.exports / "Capitan")
    folder = night.exports / "Capitan/Relations"
    folder.mkdir()
    old = (night.exports / "Capitan/relations.csv").rename(folder / "1.csv")
    new = night.exports / "elsewhere.txt"
    new.write_bytes(old.read_bytes().splitlines(keepends=True)[0])
    (folder / "2.TXT").symlink_to(new)
    for path in [*night.exports.rglob("*.csv"), new]:
        age(path, hours=47)
    age(old, hours=1000)
    nightly = ("--nightly", "--select", "export_names")
    assert night.build(*nightly).returncode == 0

    age(new, hours=60.4)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    refused = night.build(*nightly)
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines()[1:] == [
        "  capitan/relations: last written 60 hours ago, and GYM_MAX_EXPORT_AGE_HOURS allows 48;"
        " nothing was built"
    ]


def test_a_night_without_a_folder_of_exports_says_so(project: Project) -> None:
    refused = project.build("--nightly", "--select", "export_names")
    assert refused.returncode == 1
    [sentence] = refused.stderr.strip().splitlines()[1:]
    assert sentence == f"  GYM_RAW_EXPORTS {project.exports} is not there"


def test_a_night_is_not_for_the_sample(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forgotten variable must not publish invented people where the real ones were."""
    without = {
        name: text for name, text in project.environment.items() if name != "GYM_RAW_EXPORTS"
    }
    monkeypatch.setattr(Project, "environment", without)
    refused = project.build("--nightly")
    assert refused.returncode == 1
    assert "GYM_RAW_EXPORTS is not set" in refused.stderr
    assert list(project.folder.glob("*.duckdb")) == []


def test_an_age_that_is_no_number_is_refused(project: Project, monkeypatch) -> None:
    monkeypatch.setenv("GYM_MAX_EXPORT_AGE_HOURS", "two days")
    refused = project.build("--nightly", "--select", "export_names")
    assert refused.returncode == 1
    assert "GYM_MAX_EXPORT_AGE_HOURS" in refused.stderr
    assert "Traceback" not in refused.stderr
