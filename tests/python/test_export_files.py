"""The result files: written whole or not at all, and a manifest that tells a complete set."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from python_udfs import export_files
from python_udfs.export_files import DataFile, WriteError, manifest, write_files

FILES = ["a.csv", "a.parquet", "b.csv", "b.parquet"]
DOCUMENT = Path(__file__).resolve().parents[2] / "docs/exports.md"
# What it tells a reader to run.
IS_COMPLETE = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[0]


def is_complete(folder: Path | str, connection: duckdb.DuckDBPyConnection = duckdb) -> bool:
    [(complete,)] = connection.execute(IS_COMPLETE.replace("exports/", f"{folder}/")).fetchall()
    return complete


def write(folder: Path | str, rows: int = 100, formats: str = "csv,parquet") -> list[dict]:
    """Write table a with so many rows and table b with two."""
    with duckdb.connect() as connection:
        tables = {
            "b": (connection.sql("from (values (2, 'x'), (1, null)) as t (id, name)"), "id"),
            "a": (
                connection.sql(f"select range as id, md5(range::varchar) from range({rows})"),
                "id",
            ),
        }
        return write_files(connection, tables, str(folder), formats).to_pylist()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_each_table_is_one_file_per_format_in_order_of_its_key(tmp_path: Path) -> None:
    rows = write(tmp_path / "new" / "out")
    assert [row["file_name"] for row in rows] == FILES
    written = contents(tmp_path / "new" / "out")
    assert sorted(written) == [*FILES, "manifest.json"]
    assert written["b.csv"] == b"id,name\n1,\n2,x\n"
    for row in rows:
        content = written[row["file_name"]]
        assert row["byte_count"] == len(content)
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert [row["row_count"] for row in rows] == [100, 100, 2, 2]


CELLS = {
    "=cmd|' /C calc'!A0": True,
    "+SUM(1+9)": True,
    "@SUM(1+9)": True,
    "-2+3": True,
    "-": True,
    "\t=1+1": True,
    "\r=1": True,
    "\n=1": True,
    "\uff1d1+1": True,
    "+15125550144": False,
    "-12.50": False,
    "-1.5e-7": False,
    "Ann = May": False,
    "'=1": False,
    "": False,
}


def test_no_cell_of_a_csv_file_is_a_formula_and_parquet_is_exact(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute('create table t (id integer, "a ""text""" varchar, number double)')
        connection.executemany(
            "insert into t values (?, ?, -1.5)", [[n, cell] for n, cell in enumerate(CELLS)]
        )
        tables = {"t": (connection.table("t"), "id")}
        write_files(connection, tables, str(tmp_path), "csv,parquet")
        exact = connection.sql(
            f"select * exclude (id, number) from '{tmp_path}/t.parquet'"
        ).fetchall()
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["id", 'a "text"', "number"]
    assert [row[1] for row in rows] == [
        f"'{cell}" if is_formula else cell for cell, is_formula in CELLS.items()
    ]
    assert {row[2] for row in rows} == {"-1.5"}
    assert [cell for (cell,) in exact] == list(CELLS)


def test_equal_rows_give_equal_bytes_and_an_equal_manifest(tmp_path: Path) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    write(tmp_path)
    assert contents(tmp_path) == before
    write(tmp_path, rows=101)
    assert contents(tmp_path)["manifest.json"] != before["manifest.json"]


def test_manifest_names_each_file_and_its_build_id_is_what_sha256sum_gives(tmp_path: Path) -> None:
    rows = write(tmp_path)
    found = json.loads((tmp_path / "manifest.json").read_text())
    assert found["files"] == [
        dict(zip(("name", "rows", "bytes", "sha256"), row.values(), strict=True)) for row in rows
    ]
    lines = "".join(f"{row['sha256']}  {row['file_name']}\n" for row in rows)
    assert found["build_id"] == hashlib.sha256(lines.encode()).hexdigest()


def test_manifest_does_not_depend_on_the_order_of_the_files() -> None:
    files = [DataFile("b.csv", 1, 2, "y"), DataFile("a.csv", 3, 4, "x")]
    assert manifest(files) == manifest(files[::-1])


@pytest.mark.parametrize("damage", ["changed", "absent"])
def test_a_reader_can_tell_a_complete_set(tmp_path: Path, damage: str) -> None:
    write(tmp_path)
    assert is_complete(tmp_path)
    if damage == "changed":
        (tmp_path / "a.csv").write_text("id\n")
    else:
        (tmp_path / "a.csv").unlink()
    assert not is_complete(tmp_path)


def test_formats_are_written_as_wanted_and_others_refused(tmp_path: Path) -> None:
    assert [row["file_name"] for row in write(tmp_path, formats=" csv, csv")] == ["a.csv", "b.csv"]
    with pytest.raises(ValueError, match="knows csv and parquet, not xlsx"):
        write(tmp_path, formats="csv,xlsx")


def test_the_manifest_is_put_in_place_last(tmp_path: Path, monkeypatch) -> None:
    placed = []
    put = export_files._put
    monkeypatch.setattr(export_files, "_put", lambda *a: (placed.append(a[1].name), put(*a)))
    write(tmp_path)
    assert placed == [*FILES, "manifest.json"]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_one_sentence_and_leaves_the_files_before(tmp_path: Path) -> None:
    write(tmp_path)
    before = contents(tmp_path)
    with largest_file(100_000), pytest.raises(WriteError) as error:
        write(tmp_path, rows=20_000)
    assert str(error.value).startswith(f"the files cannot be written to {tmp_path} (GYM_EXPORTS_O")
    assert "\n" not in str(error.value)
    assert contents(tmp_path) == before
    write(tmp_path, rows=20_000)
    assert is_complete(tmp_path)


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(
        WriteError, match=r"/out \(GYM_EXPORTS_OUT\): (Not a directory|File exists)"
    ):
        write(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"


def noted_write(folder: Path, **options) -> None:
    """Write as a build does: with a note beside its warehouse."""
    with duckdb.connect(str(folder.parent / "gym.duckdb")) as connection:
        tables = {"a": (connection.sql("select 1 as id"), "id")}
        write_files(connection, tables, str(folder), "csv")


@pytest.mark.parametrize("name", ["a.csv", "manifest.json"])
def test_files_of_somebody_else_are_not_replaced(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text('{"files": [], "build_id": "of an app"}')
    before = contents(out)
    for writes in (lambda: write(out), lambda: noted_write(out)):
        with pytest.raises(WriteError, match=f"holds {name}, which this project did not write"):
            writes()
    assert contents(out) == before


def test_files_of_an_earlier_version_are_replaced_and_changed_ones_are_not(tmp_path: Path) -> None:
    """Their manifest tells; what this warehouse wrote is known by its note."""
    out = tmp_path / "out"
    write(out)
    (out / "b.csv").write_text("of no concern: it is not written now")
    noted_write(out)
    (out / "a.csv").write_text("edited by hand, as before")
    noted_write(out)
    (tmp_path / ".gym.duckdb.written.json").unlink()
    noted_write(out)
    (tmp_path / ".gym.duckdb.written.json").unlink()
    (out / "a.csv").write_text("a list of somebody")
    with pytest.raises(WriteError, match=r"holds a\.csv"):
        noted_write(out)


def test_unfinished_files_of_somebody_else_are_not_removed(tmp_path: Path) -> None:
    parts = tmp_path / ".parts"
    parts.mkdir()
    (parts / "a.csv").write_text("half a fi")
    (parts / "list.csv").write_text("of somebody")
    with pytest.raises(WriteError, match=r"list\.csv was not written by this project"):
        write(tmp_path)
    assert sorted(contents(parts)) == ["a.csv", "list.csv"]
    (parts / "list.csv").rename(tmp_path / "list.csv")
    write(tmp_path)
    assert (tmp_path / "list.csv").read_text() == "of somebody"
    assert not parts.exists()


def test_what_a_killed_build_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".parts").mkdir()
    (tmp_path / ".parts" / "a.csv").write_text("half a fi")
    write(tmp_path)
    assert sorted(contents(tmp_path)) == [*FILES, "manifest.json"]
