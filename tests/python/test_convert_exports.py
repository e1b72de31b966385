"""Exports converted to Parquet give the same tables."""

from __future__ import annotations

import gzip
import os
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
from conftest import Project
from test_build import NO_TESTS, digests
from test_raw_exports import damaged, zipped

from python_udfs.raw_exports import EXPORTS, read_export
from scripts.convert_exports import convert, main

HEADER = "checkin_id,customer_id,customer_first_name,customer_last_name,checkin_datetime"
HEADER += ",entry_method,entry_method_description,location_id,location_name,created_at,note\n"


def test_a_converted_gym_gives_the_same_files(small_gym: Project, tmp_path: Path) -> None:
    converted = Project(tmp_path, tmp_path / "parquet")
    script = (sys.executable, "-m", "scripts", "convert-exports", str(converted.exports))
    result = converted.run(*script, "--from", str(small_gym.exports))
    assert result.returncode == 0, result.stderr
    built = converted.build(*NO_TESTS)
    assert built.returncode == 0, built.stderr
    assert digests(converted.marts()) == digests(small_gym.files)
    counts = "select export_name, record_count, rejected_count from export_row_counts order by all"
    assert converted.query(counts) == small_gym.query(counts)


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_no_line_and_no_column_is_lost(tmp_path: Path, ending: str) -> None:
    source = tmp_path / "csv" / "capitan"
    source.mkdir(parents=True)
    lines = [
        '1,10,Ann,"Ex, ample",2025-01-01 10:00:00,MEM,,1,Gym,,kept',
        '2,10,Ann,"never closed,2025-01-01 10:00:00,MEM,,1,Gym,,',
        "3,too,short",
        "4,10,Ann,Example,2025-01-01 10:00:00,MEM,,1,Gym,,last",
    ]
    (source / "checkins.csv").write_text(
        HEADER + "".join(line + ending for line in lines), newline=""
    )
    columns = EXPORTS["capitan/customers"].columns
    (source / "customers.csv").write_text(",".join(columns) + ending, newline="")
    [checkins, customers] = convert(tmp_path / "csv", tmp_path / "parquet")
    assert checkins == "capitan/checkins: 2 rows, 2 damaged lines left as CSV"
    assert customers == "capitan/customers: 0 rows, 0 damaged lines left as CSV"
    folder = tmp_path / "parquet/capitan/checkins"
    assert len(list(folder.iterdir())) == 3
    assert "never closed" in (folder / "part_00000_line_000000003.csv").read_text()


def test_any_spelling_is_converted_and_keeps_its_date(tmp_path: Path) -> None:
    source = tmp_path / "csv/Capitan/Relations.TXT.gz"
    source.parent.mkdir(parents=True)
    lines = ["Relations", "", "Customer ID;Related Customer ID;Relationship", "1;2;CHI", '3;"4;SIB']
    source.write_bytes(gzip.compress("\r\n".join([*lines, ""]).encode("utf-16")))
    os.utime(source, (1e9, 1e9))
    assert convert(tmp_path / "csv", tmp_path / "parquet") == [
        "capitan/relations: 1 rows, 1 damaged lines left as CSV"
    ]
    with duckdb.connect() as connection:

        def rows(root: Path) -> list[tuple]:
            table = connection.sql(f"select '{root}' as root")
            read = read_export(connection, "capitan/relations", table).read_all().to_pylist()
            return [
                (
                    row["customer_id"],
                    row["raw_text"],
                    row["reject_reason"],
                    row["source_written_at"],
                )
                for row in read
            ]

        assert rows(tmp_path / "parquet") == rows(tmp_path / "csv")
    parquet = tmp_path / "parquet/capitan/relations/part_00000.parquet"
    (source.parent / "relations").mkdir()
    source.rename(source.parent / "relations/1.csv.gz")
    (source.parent / "relations/2.parquet").write_bytes(parquet.read_bytes())
    assert convert(tmp_path / "csv", tmp_path / "again") == [
        "capitan/relations: 2 rows, 1 damaged lines left as CSV"
    ]


RELATIONS = "customer_id,related_customer_id,relationship\n1,2,CHI\n"


def lay(root: Path, content: bytes | str = RELATIONS, name: str = "capitan/relations.csv") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def tree(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def refused(to: str, source: Path, capsys: pytest.CaptureFixture[str], status: int = 1) -> str:
    assert main(to, source) == status
    [line] = capsys.readouterr().err.splitlines()
    return line


def test_a_folder_that_is_no_place_for_a_copy_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path / "in/csv")
    (tmp_path / "link").symlink_to(tmp_path / "in/csv")
    lay(tmp_path / "full", name="notes.txt")
    lay(tmp_path, "x", "file")
    before = tree(tmp_path)
    monkeypatch.chdir(tmp_path)
    for to in ("", "  "):
        assert "TO=<folder>" in refused(to, Path("in/csv"), capsys, 2)
    for to in ("in/csv", "in/csv/parquet", "in/csv/../csv/capitan", "link/x", "in", "."):
        assert "lie in one another" in refused(to, Path("in/csv"), capsys), to
    for to in ("full", "file"):
        assert f"{to} is there already" in refused(to, Path("in/csv"), capsys)
    (tmp_path / "none").mkdir()
    assert "none holds no export" in refused("new", Path("none"), capsys)
    assert "gone cannot be listed" in refused("new", Path("gone"), capsys)
    assert tree(tmp_path) == before
    (tmp_path / "empty").mkdir()
    assert main("empty", Path("in/csv")) == 0
    assert tree(tmp_path / "empty") == ["capitan/relations/part_00000.parquet"]


UNREADABLE = {
    "Windows-1252": (
        RELATIONS.replace("ship", "ship,Größe").encode("cp1252"),
        "capitan/relations.csv is not UTF-8; save it as CSV UTF-8",
    ),
    "half of UTF-16": (
        RELATIONS.encode("utf-16")[:-1],
        "capitan/relations.csv is UTF-16 text, damaged or cut short",
    ),
    "half of gzip": (gzip.compress(RELATIONS.encode() * 99)[:-20], "capitan/relations.csv cannot"),
    "damaged LZMA": (
        damaged(zipped(("r.csv", RELATIONS * 999), packed=zipfile.ZIP_LZMA)),
        "capitan/relations.csv cannot be read: ",
    ),
    "half of Parquet": (b"PAR1" + bytes(40), "capitan/relations.csv cannot be read: "),
    "a column twice": (
        RELATIONS.replace("ship", "ship,note,note").replace("CHI", "CHI,,"),
        "capitan/relations.csv names a column twice",
    ),
}


@pytest.mark.parametrize("content,sentence", UNREADABLE.values(), ids=UNREADABLE)
def test_a_conversion_that_fails_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, content: bytes | str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lay(tmp_path / "csv", "customer_id\n5\n", "privacy/erasure_requests.csv")
    lay(tmp_path / "csv", content)
    arguments = (str(tmp_path / "out/parquet"), tmp_path / "csv")
    assert refused(*arguments, capsys).startswith(sentence)
    assert list((tmp_path / "out").iterdir()) == []
    lay(tmp_path / "csv")
    lay(tmp_path / "out/.parquet.part", "half", "capitan/relations/part_00000.parquet")
    assert main(*arguments) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["parquet"]


def test_an_interrupted_conversion_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path / "csv")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("scripts.convert_exports.convert_file", interrupted)
        with pytest.raises(KeyboardInterrupt):
            convert(tmp_path / "csv", tmp_path / "parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["csv"]
    assert len(convert(tmp_path / "csv", tmp_path / "parquet")) == 1


def test_requests_that_are_parquet_already_are_in_the_copy(tmp_path: Path) -> None:
    lay(tmp_path / "csv")
    requests = lay(tmp_path / "csv", b"", "privacy/erasure_requests.pq")
    duckdb.sql(f"copy (select 5 as customer_id) to '{requests}' (format parquet)")
    assert convert(tmp_path / "csv", tmp_path / "out") == [
        "capitan/relations: 1 rows, 0 damaged lines left as CSV",
        "privacy/erasure_requests: 1 rows, 0 damaged lines left as CSV",
    ]
    assert "privacy/erasure_requests/part_00000.parquet" in tree(tmp_path / "out")
