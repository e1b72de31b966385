"""Exports converted to Parquet give the same tables."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import Project
from test_build import NO_TESTS, digests

from convert_exports import convert
from raw_exports import EXPORTS, FileError, read_export

HEADER = "checkin_id,customer_id,customer_first_name,customer_last_name,checkin_datetime"
HEADER += ",entry_method,entry_method_description,location_id,location_name,created_at,note\n"


def test_a_converted_gym_gives_the_same_files(small_gym: Project, tmp_path: Path) -> None:
    converted = Project(tmp_path, tmp_path / "parquet")
    script = (sys.executable, "scripts/convert_exports.py", str(converted.exports))
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
    with pytest.raises(FileError, match=r"is Parquet in part: Capitan/relations/2\.parquet"):
        convert(tmp_path / "csv", tmp_path / "again")
