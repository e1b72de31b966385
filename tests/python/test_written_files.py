"""Nothing that earlier builds wrote outlives a request to erase; nothing of others is touched."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import Project

from python_udfs import settings
from python_udfs.export_files import write_files
from python_udfs.s3 import S3Error
from python_udfs.settings import Settings
from python_udfs.written_files import CHILDREN, Note, mark_of, requests_in
from scripts import former_files

UNA, VIC = ("7", "Una Former", None), (None, "Vic Later", "vic@example.org")


@dataclass
class Place:
    """A warehouse with requests, the folders around it, and its note."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(
            warehouse=str(self.folder / "gym.duckdb"),
            exports_out=str(self.folder / "out"),
            published=str(self.folder / "published/gym.duckdb"),
            dashboard_out=str(self.folder / "pages"),
        )

    @property
    def note(self) -> Note:
        return Note.beside(self.folder / "gym.duckdb")

    def build(self, *requests: tuple[str | None, ...]) -> frozenset[str]:
        """Make the warehouse of a build that wrote a.csv; returns what it withholds."""
        with duckdb.connect(str(self.folder / "gym.duckdb")) as connection:
            connection.execute("create or replace table exported_files as select 'a.csv' file_name")
            connection.execute("create schema if not exists landing")
            connection.execute(
                """create or replace table landing.raw_privacy__erasure_requests
                (customer_id varchar, full_name varchar, email varchar, source_line bigint)"""
            )
            for line, request in enumerate(requests):
                connection.execute(
                    "insert into landing.raw_privacy__erasure_requests values (?, ?, ?, ?)",
                    [*request, line],
                )
            return frozenset(requests_in(connection) | {CHILDREN})

    def write(self, name: str, kind: str, withheld: frozenset[str]) -> Path:
        """Write a file as the project does: noted, then put in its place."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.new")
        part.write_text(f"{name} names Vic Later")
        self.note.add(kind, {str(path): mark_of(part)}, withheld)
        part.replace(path)
        self.note.settle([str(path)])
        return path

    def clear(self) -> list[str]:
        def rewrite(published: Path, out: Path) -> None:
            assert published == self.folder / "published/gym.duckdb"
            for page in ("staff.html", "public.html"):
                self.write(f"{out.name}/{page}", "page", former_files.withheld_now(self.settings))

        return former_files.clear(self.settings, rewrite)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_after_a_request_nothing_written_before_it_is_left(place: Place) -> None:
    """Former places, another format, pages, pictures; what a later build wrote stays."""
    before = place.build(UNA)
    gone = [
        place.write("out/a.parquet", "result", before),
        place.write("former/a.csv", "result", before),
        place.write("former/gym.duckdb", "published", before),
        place.write("former_pages/staff.html", "page", before),
        place.write("pictures/staff.png", "picture", before),
    ]
    pages = [place.write(f"pages/{name}.html", "page", before) for name in ("staff", "public")]
    now = place.build(UNA, VIC)
    stay = [
        place.write("out/a.csv", "result", now),
        place.write("published/gym.duckdb", "published", now),
        place.write("elsewhere/b.csv", "result", now),
    ]
    marks = [mark_of(page) for page in pages]

    said = place.clear()
    assert [path for path in gone if path.exists()] == []
    assert [path for path in stay if not path.exists()] == []
    assert all(mark_of(page) not in marks for page in pages)
    assert sum("was removed" in line for line in said) == len(gone)
    assert sum("written again" in line for line in said) == 1
    assert set(place.note.files()) == {str(path) for path in stay + pages}
    assert place.clear() == []


def test_without_a_new_request_only_another_format_goes(place: Place) -> None:
    """Requests in another order, twice, or fewer of them, are no news."""
    before = place.build(UNA, VIC)
    stay = [place.write("former/a.csv", "result", before), place.write("pages/x", "page", before)]
    off = place.write("out/a.parquet", "result", before)
    for requests in [(VIC, UNA, UNA), (VIC,)]:
        place.build(*requests)
        place.clear()
        assert [path for path in stay if not path.exists()] == []
    assert not off.exists()


def test_pages_with_children_go_when_children_are_withheld_again(place: Place) -> None:
    withheld = place.build()
    page = place.write("pages/staff.html", "page", withheld - {CHILDREN})
    results = place.write("former/a.csv", "result", withheld)
    mark = mark_of(page)
    place.clear()
    assert mark_of(page) != mark
    assert results.exists()


def no_server(*_: object) -> None:
    raise S3Error("the S3 server does not answer")


def test_what_somebody_changed_or_may_not_be_removed_is_named_until_it_is_gone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = place.build()
    changed = place.write("former/a.csv", "result", before)
    changed.write_text("a list of somebody else")
    linked = place.write("former/b.csv", "result", before)
    linked.unlink()
    linked.symlink_to(changed)
    kept = place.write("former/c.csv", "result", before)
    place.note.add("result", {"s3://gym/out/a.csv": []}, before)
    monkeypatch.setattr(former_files, "open_s3", no_server)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    place.build(VIC)
    for _ in range(2):
        said = place.clear()
        assert len(said) == 4
        for path, why in [
            (changed, "somebody has changed it"),
            (linked, "somebody has changed it"),
            (kept, "Permission denied"),
            ("s3://gym/out/a.csv", "cannot delete on S3"),
        ]:
            [line] = [text for text in said if text.startswith(f"{path} stays and should not")]
            assert why in line
    assert changed.read_text() == "a list of somebody else"
    monkeypatch.undo()
    place.note.forget(["s3://gym/out/a.csv"])
    for path in (linked, changed):
        path.unlink()
    assert [line.split(" ")[0] for line in place.clear()] == [str(kept)]
    assert place.clear() == []


def test_what_a_killed_build_left_at_a_former_place_goes(place: Place) -> None:
    withheld = place.build()
    parts = place.folder / "former/.parts"
    parts.mkdir(parents=True)
    (parts / "a.csv").write_text("Vic Later")
    part = place.folder / "shared/.gym.duckdb.part"
    part.parent.mkdir()
    beside = [part, Path(f"{part}.wal")]
    for path in beside:
        path.write_text("Vic Later")
    other = part.with_name("of_somebody.part")
    other.write_text("")
    place.note.add("part", {str(parts): [], str(part): []}, withheld)
    foreign = parts / "list.csv"
    foreign.write_text("of somebody")
    assert any("list.csv was not written by this project" in line for line in place.clear())
    foreign.unlink()
    assert len(place.clear()) == 1
    assert not parts.exists()
    assert [path for path in beside if path.exists()] == []
    assert other.exists()


def test_a_kill_between_note_and_file_loses_neither_state(place: Place) -> None:
    """The file may be the old or the new one; both are the project's."""
    before = place.build()
    path = place.write("former/a.csv", "result", before)
    new = path.with_name("new")
    new.write_text("new")
    place.note.add("result", {str(path): mark_of(new)}, place.build(UNA))
    written = place.note.files()[str(path)]
    assert written.is_ours(mark_of(path))
    assert written.is_ours(mark_of(new))
    place.build(UNA)
    assert "was removed" in place.clear()[0]
    assert not path.exists()


def test_a_copy_of_a_warehouse_touches_nothing_of_the_original(tmp_path: Path) -> None:
    """A warehouse that was moved does: what it wrote is its own."""
    original = Place(tmp_path / "original")
    original.folder.mkdir()
    results = original.write("out/a.parquet", "result", original.build())
    original.build(UNA)
    copy = Place(tmp_path / "copy")
    shutil.copytree(original.folder, copy.folder)
    assert copy.clear() == []
    assert results.exists()
    moved = Place(tmp_path / "moved")
    moved.folder.mkdir()
    for path in (original.folder / "gym.duckdb", original.note.path):
        path.rename(moved.folder / path.name)
    assert "was removed" in moved.clear()[0]
    assert not results.exists()


def test_a_note_that_cannot_be_read_is_said(place: Place) -> None:
    place.build()
    place.note.path.write_text('{"files": ')
    with pytest.raises(OSError, match="cannot be read; move it away"):
        place.clear()


def test_result_files_are_noted_with_the_requests_they_were_written_under(place: Place) -> None:
    withheld = place.build(UNA)
    with duckdb.connect(str(place.folder / "gym.duckdb")) as connection:
        tables = {"a": (connection.sql("select 1 as id"), "id")}
        write_files(connection, tables, str(place.folder / "out"), "csv")
    found = place.note.files()
    assert set(found) == {str(place.folder / "out" / name) for name in ("a.csv", "manifest.json")}
    for path, written in found.items():
        [version] = written.versions
        assert version.mark == mark_of(Path(path))
        assert version.withheld == withheld


def test_an_erasure_reaches_results_pages_and_former_places(
    night: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a gym does it: two formats and pages, then a request, one format and another folder."""
    monkeypatch.setenv("GYM_DASHBOARD_OUT", str(night.folder / "pages"))
    first = night.build()
    assert first.returncode == 0, first.stderr
    pages = night.run(sys.executable, "-m", "scripts", "dashboard")
    assert pages.returncode == 0, pages.stderr
    for folder in (night.files, night.folder / "pages", night.published.parent):
        for path in folder.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path
    [(customer, name)] = night.query(
        """select customer_id, full_name from customers
        where full_name is not null and not is_child order by checkin_count desc limit 1"""
    )
    night.write("privacy/erasure_requests", [{"customer_id": customer, "full_name": name}])
    before = (night.folder / "pages/staff.html").read_bytes()
    monkeypatch.setenv("GYM_EXPORT_FORMATS", "CSV")
    elsewhere = night.folder / "elsewhere"
    monkeypatch.setenv("GYM_EXPORTS_OUT", str(elsewhere))
    monkeypatch.setattr(Project, "files", elsewhere)

    second = night.build()
    assert second.returncode == 0, second.stderr
    assert {path.suffix for path in elsewhere.iterdir()} == {".csv", ".json"}
    assert list((night.folder / "files").iterdir()) == []
    assert f"{night.folder}/files/customer_events.parquet was removed" in second.stdout
    assert (night.folder / "pages/staff.html").read_bytes() != before
    third = night.build()
    assert "nothing had to be built" in third.stdout
    assert "was removed" not in third.stdout
    assert night.warehouse.stat().st_mode & 0o077 == 0


def test_a_warehouse_that_was_open_to_all_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "gym.duckdb"
    path.write_text("")
    path.chmod(0o644)
    settings.narrow([path], Settings())
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_warehouse_is_written_anew_once_for_a_request_and_once_for_what_was_left_before(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_LOG_PATH", str(place.folder / "logs"))
    place.build()
    assert not former_files.renew_warehouse(place.settings)
    place.build(UNA)
    assert former_files.renew_warehouse(place.settings)
    assert not former_files.renew_warehouse(place.settings)
    # as a build of before noted it
    noted = place.folder / ".gym.duckdb.renewed.json"
    asked = set(json.loads(noted.read_text())) - {former_files.WITHOUT_LEFTOVERS}
    noted.write_text(json.dumps(sorted(asked)))
    assert former_files.renew_warehouse(place.settings)
    assert not former_files.renew_warehouse(place.settings)
