"""A build that would only make the same again is left out; anything else is built."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Project, digests
from test_build import CHECKINS, a_night_of_changes, read, write

from scripts.last_build import PROJECT_PARTS, LastBuild


@pytest.fixture
def last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LastBuild:
    """A good build of a small invented project, remembered."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "models/marts/one.sql",
        "seeds/words.csv",
        "dbt_project.yml",
        "in/capitan/checkins.csv",
        "in/notes.txt",
        "warehouse/gym.duckdb",
        "published/gym.duckdb",
        "out/manifest.json",
        "out/customer_events.csv",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    built = LastBuild("in", Path("warehouse/gym.duckdb"), Path("published/gym.duckdb"), "out")
    built.remember(built.made_from())
    return built


def test_the_same_holds(last: LastBuild) -> None:
    Path("in/notes.txt").write_text("no export")
    Path("README.md").write_text("no rule")
    Path("tests/python").mkdir(parents=True)
    Path("tests/python/test_one.py").write_text("no test of data")
    Path("models/__pycache__").mkdir()
    Path("models/__pycache__/one.pyc").write_text("compiled")
    assert last.holds(last.made_from())


def write_requests(name: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("customer_id\n1\n")


def test_a_link_counts_by_what_it_leads_to(last: LastBuild) -> None:
    Path("in/capitan/checkins.csv").rename("elsewhere.csv")
    Path("in/capitan/checkins.csv").symlink_to(Path("elsewhere.csv").absolute())
    assert last.holds(last.made_from())
    Path("elsewhere.csv").write_text("other")
    assert not last.holds(last.made_from())


CHANGES: dict[str, Callable[[], object]] = {
    "an export": lambda: Path("in/capitan/checkins.csv").write_text("other"),
    "a further export": lambda: Path("in/capitan/members.csv").write_text(""),
    "an export's name": lambda: Path("in/capitan/checkins.csv").rename("in/capitan/checkins.txt"),
    "no export": lambda: Path("in/capitan/checkins.csv").unlink(),
    "an export in another spelling": lambda: write_requests("in/Privacy/Erasure_Requests.TXT"),
    "a file that is not read": lambda: write_requests("in/capitan/members.xlsx"),
    "a model": lambda: Path("models/marts/one.sql").write_text("select 1"),
    "a seed": lambda: Path("seeds/words.csv").write_text(""),
    "a threshold": lambda: Path("dbt_project.yml").write_text("vars: {}"),
    "a setting": lambda: os.environ.update(GYM_TIMEZONE="America/Chicago"),
    "the warehouse": lambda: os.utime("warehouse/gym.duckdb", ns=(0, 0)),
    "no warehouse": lambda: Path("warehouse/gym.duckdb").unlink(),
    "the published file": lambda: Path("published/gym.duckdb").write_text("more"),
    "a result file": lambda: Path("out/customer_events.csv").write_text(""),
    "no result file": lambda: Path("out/manifest.json").unlink(),
    "half a note": lambda: Path("warehouse/.gym.duckdb.last_good.json").write_text('{"made'),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_built(
    last: LastBuild, change: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GYM_TIMEZONE", os.environ.get("GYM_TIMEZONE", ""))
    last.remember(last.made_from())
    assert last.holds(last.made_from())
    change()
    assert not last.holds(last.made_from())


def test_a_build_under_way_is_not_good(last: LastBuild) -> None:
    last.forget()
    assert not last.holds(last.made_from())


@pytest.mark.parametrize("on_s3", ["exports", "files"])
def test_on_s3_every_build_is_whole(last: LastBuild, on_s3: str) -> None:
    remote = last._replace(**{on_s3: "s3://gym/folder"})
    assert remote.made_from() is None
    remote.forget()
    remote.remember(remote.made_from())
    assert not remote.note.exists()


def test_all_parts_of_the_project_are_watched() -> None:
    parts = {path.split("/")[0] for path in PROJECT_PARTS}
    unwatched = {
        "analyses",
        "benchmarks",
        "data",
        "docs",
        "dashboard",
        "examples",
        "exports",
        "published",
    }
    unwatched |= {"dev"}
    unwatched |= {"warehouse", "target", "logs", "requirements-dev.txt"}
    unwatched |= {"requirements-benchmark.txt", "requirements-mcp.txt"}
    folders = {path.name for path in Path().iterdir() if path.is_dir() and path.name[0] != "."}
    assert folders - unwatched == parts & folders


def test_a_second_build_changes_no_byte_and_a_third_builds_nothing(
    small_gym: Project, night: Project
) -> None:
    """The second is a whole one, since it is at another place."""
    first = night.build()
    assert "tests passed" in first.stdout, first.stderr
    assert digests(night.files) == digests(small_gym.files)
    marks = {path: path.stat().st_mtime_ns for path in night.folder.rglob("*.duckdb")}

    second = night.build()
    assert second.returncode == 0, second.stderr
    assert "nothing had to be built" in second.stdout
    report = first.stdout.split("Building; ")[1].split("\n", 1)[1].split("models and seeds")[0]
    assert report.rsplit("\n", 2)[0] in second.stdout, "the report is that of the build"
    assert {path: path.stat().st_mtime_ns for path in night.folder.rglob("*.duckdb")} == marks

    checkins = night.exports / f"{CHECKINS}.csv"
    write(night.exports, a_night_of_changes(read(checkins), random.Random(20251124)))
    third = night.build()
    assert "tests passed" in third.stdout, third.stderr
    assert "nothing had to be built" not in third.stdout
