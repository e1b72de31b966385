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
import yaml
from conftest import PROJECT, Project
from jinja2 import Environment
from test_build import CHECKINS, digests, read
from test_publish import digest, query

from scripts import build

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
    night.write(REQUESTS, [{"customer_id": "3"}, {"full_name": "Nobody Evermet"}])
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
    known = "from build_state.erasure_requests_built"
    assert night.query(known) == []

    for _ in range(2):
        build.remember_figures(night.warehouse)
        numbers = night.query("select distinct build_number from build_state.build_figures")
        assert sorted(numbers) == [(1,), (2,)]
    figures = night.query("select count(*) from build_state.build_figures")
    assert figures == night.query("select count(*) from build_history")
    assert len(night.query(known)) == 2

    # a line edited: as many requests, and not the same
    monkeypatch.setenv("GYM_ALLOW_SHRINK", RELATIONS)
    night.write(REQUESTS, [{"customer_id": "3.0"}, {"full_name": "Nobody Nevermet"}])
    guards = ("--select", "+stg_privacy__erasure_requests")
    refused = night.build(*guards)
    gone = f"export_name {REQUESTS}, requests_at_last_good_build 2, requests_gone 1"
    assert "assert_no_request_vanished" in refused.stderr
    assert gone in refused.stderr
    assert len(refused.stderr.splitlines()) == 4, refused.stderr
    monkeypatch.setenv("GYM_ALLOW_SHRINK", f"{RELATIONS} {REQUESTS}")
    allowed = night.build(*guards)
    assert allowed.returncode == 0, allowed.stderr


REQUESTS = "privacy/erasure_requests"


def rendered(test: str, allowed: str = "") -> str:
    """A guard's own SQL over tables of the names that it refers to."""
    macros = (PROJECT / "macros/build_state.sql").read_text(encoding="utf-8")
    sql = (PROJECT / f"tests/{test}.sql").read_text(encoding="utf-8")
    return (
        Environment(extensions=["jinja2.ext.do"])
        .from_string(macros + sql)
        .render(
            ref=lambda name: f"main.{name}",
            source=lambda schema, name: f"main.{name}",
            var=yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"].__getitem__,
            env_var=lambda name, default: allowed,
        )
    )


def test_a_new_wording_of_all_passes_is_refused_until_it_is_allowed(
    night: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row by itself looks right: passes that name no buyer are as good as others."""
    text = "entry_method_description"
    rows = read(night.exports / f"{CHECKINS}.csv")
    night.write(CHECKINS, [row | {text: row[text].replace(" from ", " via ")} for row in rows])
    kept = (digests(night.files), digest(night.published))
    refused = night.build()
    assert refused.returncode == 1
    _, *sentences = refused.stderr.strip().splitlines()
    assert "assert_outputs_keep_their_rates" in sentences[0]
    named = re.findall(r"rate (\w+), problem", refused.stderr)
    assert "transfers_per_pass_checkin" in named
    assert len(sentences) == 1 + len(named), refused.stderr
    assert (digests(night.files), digest(night.published)) == kept

    monkeypatch.setenv("GYM_ALLOW_CHANGE", " ".join(named))
    allowed = night.build()
    assert allowed.returncode == 0, allowed.stderr
    assert digest(night.published) != kept[1]


SHRUNK = {
    "one is gone": ("abc", "ab", "", [(3, 1)]),
    "another took its place": ("abc", "abd", "", [(3, 1)]),
    "all of them, and the file": ("abc", "", "", [(3, 3)]),
    "a double took its place": ("abc", "aab", "", [(3, 1)]),
    "one of a hundred, more are there": ("abc", "abdefg", "", [(3, 1)]),
    "it is there, and cannot be read": ("abc", "abC", "", [(3, 1)]),
    "the same": ("abc", "cba", "", []),
    "more": ("abc", "abcd", "", []),
    "a double less": ("abc", "abcc", "", []),
    "the first build": ("", "abc", "", []),
    "allowed by name": ("abc", "a", f"{RELATIONS}, {REQUESTS}", []),
    "all are allowed": ("abc", "a", "all", []),
    "another is allowed": ("abc", "ab", RELATIONS, [(3, 1)]),
}


@pytest.mark.parametrize("last,now,allowed,found", SHRUNK.values(), ids=SHRUNK)
def test_no_request_to_erase_may_be_gone(
    last: str, now: str, allowed: str, found: list[tuple[int, int]]
) -> None:
    """A capital letter stands for a request that is rejected."""
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create schema s;
            set schema = 's';
            create table main.erasure_requests_built as
            select unnest(string_split_regex('{last}', '')) as request_digest;
            create table main.stg_privacy__erasure_requests as
            select lower(letter) as request_digest, if(letter < 'a', 'a reason', null)
                as reject_reason
            from (select unnest(string_split_regex('{now}', '')) as letter);
            delete from main.erasure_requests_built where request_digest = '';
            """
        )
        rows = connection.sql(rendered("assert_no_request_vanished", allowed)).fetchall()
    assert rows == [(REQUESTS, *counts) for counts in found]


REJECTED = {
    "one request of a thousand": (REQUESTS, 1, 1000, True),
    "no request": (REQUESTS, 0, 1000, False),
    "few relations": (RELATIONS, 10, 1000, False),
    "many relations": (RELATIONS, 11, 1000, True),
}


@pytest.mark.parametrize("export,rejected,records,refused", REJECTED.values(), ids=REJECTED)
def test_too_many_rejected_records_are_refused_with_the_first_reason(
    export: str, rejected: int, records: int, refused: bool
) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create schema s;
            set schema = 's';
            create table main.export_row_counts as
            select '{export}' as export_name, {rejected} as rejected_count,
                {records} as record_count;
            create table main.export_records_unioned as
            select '{export}' as export_name, 'a.csv' as source_file, n as source_line,
                if(n > {records} - {rejected}, 'rejected', 'kept') as row_outcome,
                'reason ' || n as reject_reason
            from range(1, {records} + 1) as rows (n)
            """
        )
        rows = connection.sql(rendered("assert_few_records_are_rejected")).fetchall()
    line = records - rejected + 1
    said = (export, rejected, records, rejected / records, f"a.csv line {line}: reason {line}")
    assert rows == [said] * refused


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
    nightly = ("--nightly", "--select", "dialect_capitan")
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
    refused = project.build("--nightly", "--select", "dialect_capitan")
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
    refused = project.build("--nightly", "--select", "dialect_capitan")
    assert refused.returncode == 1
    assert "GYM_MAX_EXPORT_AGE_HOURS" in refused.stderr
    assert "Traceback" not in refused.stderr
