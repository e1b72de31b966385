"""Broken exports: every line is read, rejected with a reason, or the file is refused in words."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import PROJECT, Project
from hypothesis import given, settings
from hypothesis import strategies as st

from raw_exports import EXPORTS, read_export, read_records

RELATIONS = "capitan/relations"
HEADER = "customer_id,related_customer_id,relationship"
ROWS = ["1,2,CHI", "2,1,PRE", "3,4,SPO"]


def read(root: Path, export: str = RELATIONS) -> list[dict]:
    with duckdb.connect() as connection:
        files = connection.sql(f"from glob('{root}/{Path(export).parent}/**')")
        return read_export(connection, export, files).read_all().to_pylist()


def write(root: Path, content: bytes | str, name: str = f"{RELATIONS}.csv") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def text(*lines: str, header: str = HEADER, end: str = "\n") -> str:
    return end.join([header, *lines, ""])


LONG = "x" * 3_000_000
READABLE = {
    "plain": (text(*ROWS), 3),
    "columns in another order": (
        text("CHI,1,2", header="relationship,customer_id,related_customer_id"),
        1,
    ),
    "an extra column": (text("1,2,CHI,new", header=HEADER + ",is_new"), 1),
    "byte order mark": ("\ufeff" + text(*ROWS), 3),
    "CRLF": (text(*ROWS, end="\r\n"), 3),
    "mixed line ends": (HEADER + "\r\n1,2,CHI\n2,1,PRE\r\n3,4,SPO", 3),
    "blank lines and no final line end": (HEADER + "\n\n1,2,CHI\n\n2,1,PRE", 2),
    "quoted fields with comma, quote and line end": (
        text('1,2,CHI,"Ann, ""Annie""\nMay"', header=HEADER + ",related_customer_first_name"),
        1,
    ),
    "a quoted header with a comma": (text('1,2,CHI,"x"', header=HEADER + ',"notes, more"'), 1),
    "NUL byte": (text("1,2,CH\0I"), 1),
    "header only": (text(), 0),
}


@pytest.mark.parametrize("content,kept", READABLE.values(), ids=READABLE.keys())
def test_readable_file_gives_all_its_rows(tmp_path: Path, content: str, kept: int) -> None:
    write(tmp_path, content)
    rows = read(tmp_path)
    assert len(rows) == kept
    assert all(row["reject_reason"] is None and row["file_error"] is None for row in rows)
    assert {row["customer_id"] for row in rows} <= {"1", "2", "3"}
    assert {row["relationship"] for row in rows} <= {"CHI", "PRE", "SPO", "CH\0I"}


REJECTED = {
    "too few fields": ("1,2", "2 fields where the header has 3"),
    "too many fields": ("1,2,CHI,x", "4 fields where the header has 3"),
    "a latin-1 byte": (b"1,2,Andr\xe9", "not UTF-8 text"),
    "a quote never closed": ('1,"2,CHI', "a quote is opened and not closed"),
    "text behind a quoted field": ('1,"2"x,CHI', "',' expected after '\"'"),
    "a field of 3 MB": (f"1,2,{LONG}", "field larger than field limit (131072)"),
}


@pytest.mark.parametrize("bad,reason", REJECTED.values(), ids=REJECTED.keys())
def test_bad_line_is_rejected_and_the_rest_is_read(
    tmp_path: Path, bad: bytes | str, reason: str
) -> None:
    line = bad if isinstance(bad, bytes) else bad.encode()
    write(tmp_path, text(ROWS[0]).encode() + line + b"\n" + "\n".join(ROWS[1:]).encode())
    rows = read(tmp_path)
    assert [row["customer_id"] for row in rows] == ["1", None, "2", "3"]
    assert [row["source_line"] for row in rows] == [2, 3, 4, 5]
    assert rows[1]["reject_reason"] == reason
    assert rows[1]["raw_text"] == line.decode("utf-8", "backslashreplace")
    assert rows[1]["source_file"] == f"{RELATIONS}.csv"


def test_a_quote_never_closed_costs_one_line_of_many(tmp_path: Path) -> None:
    lines = [f"{n},{n + 1},SIB" for n in range(60_000)]
    lines[100] = '100,"101,SIB'
    write(tmp_path, text(*lines))
    rows = read(tmp_path)
    assert len(rows) == 60_000
    assert [row["source_line"] for row in rows if row["reject_reason"]] == [102]


REFUSED = {
    "a required column missing": (
        text("1,2", header="customer_id,related_customer_id"),
        "capitan/relations.csv lacks the column(s) relationship;"
        " its header is: customer_id, related_customer_id",
    ),
    "a required column renamed": (
        text("1,2,CHI", header="customer,related_customer_id,relationship"),
        "capitan/relations.csv lacks the column(s) customer_id;"
        " its header is: customer, related_customer_id, relationship",
    ),
    "a column twice": (
        text("1,2,CHI,3", header=HEADER + ",customer_id"),
        "capitan/relations.csv has the column(s) customer_id more than once",
    ),
    "no header": (
        "1,2,CHI\n2,1,PRE\n",
        "capitan/relations.csv has no header line: its first line looks like data, not a header",
    ),
    "an HTML error page": (
        "<!DOCTYPE html>\n<html><body>503</body></html>\n",
        "capitan/relations.csv has no header line: its first line looks like an HTML or XML page",
    ),
    "0 bytes": (b"", "capitan/relations.csv is empty: it has no header line"),
    "UTF-16": (
        text(*ROWS).encode("utf-16"),
        "capitan/relations.csv is UTF-16 text; exports are UTF-8",
    ),
    "a header with an open quote": (
        '"customer_id,related\n1,2,CHI\n',
        "capitan/relations.csv has no readable header line: a quote is opened and not closed",
    ),
}


@pytest.mark.parametrize("content,sentence", REFUSED.values(), ids=REFUSED.keys())
def test_unreadable_file_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes | str, sentence: str
) -> None:
    write(tmp_path, content)
    [row] = read(tmp_path)
    assert row["file_error"] == sentence


def test_missing_file_is_refused_only_where_the_export_is_required(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    [row] = read(tmp_path, "capitan/checkins")
    assert row["file_error"].startswith("capitan/checkins.csv is missing")


def test_one_export_in_two_forms_is_refused(tmp_path: Path) -> None:
    write(tmp_path, text(*ROWS))
    write(tmp_path, text(*ROWS), f"{RELATIONS}/2025-01-01.csv")
    [row] = read(tmp_path)
    assert row["file_error"] == (
        "capitan/relations is there in more than one form:"
        " capitan/relations.csv, capitan/relations/2025-01-01.csv"
    )


def test_gzip_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    write(tmp_path, gzip.compress(text(*ROWS * 100).encode())[:-20], f"{RELATIONS}.csv.gz")
    assert read(tmp_path)[-1]["file_error"].startswith("capitan/relations.csv.gz cannot be read: ")


def parquet(path: Path, sql: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"copy ({sql}) to '{path}' (format parquet)")


TYPED = "select 1::bigint as customer_id, 2.0::double as related_customer_id, 'CHI' as relationship"


def test_parquet_is_read_as_text_with_its_row_numbers(tmp_path: Path) -> None:
    parquet(tmp_path / f"{RELATIONS}.parquet", f"{TYPED} union all {TYPED}")
    rows = read(tmp_path)
    assert [(row["customer_id"], row["related_customer_id"]) for row in rows] == [("1", "2.0")] * 2
    assert [row["source_line"] for row in rows] == [1, 2]


def test_folder_of_date_partitions_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    write(tmp_path, text(ROWS[1]), f"{RELATIONS}/date=2025-01-02/part.csv")
    write(tmp_path, text(ROWS[0]), f"{RELATIONS}/date=2025-01-01/part.csv")
    parquet(tmp_path / f"{RELATIONS}/date=2025-01-03/part.parquet", TYPED)
    write(tmp_path, "", f"{RELATIONS}/_SUCCESS")
    rows = read(tmp_path)
    assert [row["customer_id"] for row in rows] == ["1", "2", "1"]
    assert rows[0]["source_file"] == f"{RELATIONS}/date=2025-01-01/part.csv"


BROKEN_PARQUET = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-30]),
    "not Parquet": lambda path: path.write_text("<html>"),
    "0 bytes": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("damage", BROKEN_PARQUET.values(), ids=BROKEN_PARQUET.keys())
def test_broken_parquet_is_refused_in_one_sentence(tmp_path: Path, damage) -> None:
    path = tmp_path / f"{RELATIONS}.parquet"
    parquet(path, TYPED)
    damage(path)
    [row] = read(tmp_path)
    assert row["file_error"].startswith("capitan/relations.parquet cannot be read: ")
    assert "\n" not in row["file_error"]


def test_parquet_without_a_required_column_is_refused(tmp_path: Path) -> None:
    parquet(tmp_path / f"{RELATIONS}.parquet", "select 1 as customer_id, 'CHI' as relationship")
    [row] = read(tmp_path)
    assert "lacks the column(s) related_customer_id" in row["file_error"]


FIELD = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(st.lists(FIELD, min_size=3, max_size=3), max_size=8))
@settings(max_examples=200, deadline=None)
def test_what_a_csv_writer_wrote_comes_back(rows: list[list[str]]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["a", "b", "c"], *rows])
    records = list(read_records(io.StringIO(buffer.getvalue(), newline="")))
    assert [record.fields for record in records[1:]] == rows


@given(st.lists(st.text(st.sampled_from('a1,"\n\r '), max_size=12), max_size=12))
@settings(max_examples=300, deadline=None)
def test_every_line_of_any_text_is_in_one_record(lines: list[str]) -> None:
    physical = list(io.StringIO("a,b\n" + "\n".join(lines), newline=""))
    covered = [
        line
        for record in read_records(physical)
        for line in range(record.line, record.line + record.line_count)
    ]
    assert len(covered) == len(set(covered))
    blank = {n for n, line in enumerate(physical, 1) if not line.strip("\r\n")}
    assert set(range(1, len(physical) + 1)) - set(covered) <= blank


def test_sources_describe_exactly_the_contract() -> None:
    sources = yaml.safe_load((PROJECT / "models/staging/_sources.yml").read_text())["sources"]
    described = {
        f"{source['name']}/{table['name']}": {column["name"] for column in table["columns"]}
        for source in sources
        for table in source["tables"]
    }
    assert described == {path: set(export.columns) for path, export in EXPORTS.items()}
    seed = list(csv.DictReader((PROJECT / "seeds/export_names.csv").open()))
    assert {row["export_name"]: row["is_required"] == "true" for row in seed} == {
        path: export.required for path, export in EXPORTS.items()
    }


def minimal(project: Project) -> None:
    """Two customers and one check-in each: the least that a build needs."""
    project.write(
        "capitan/customers",
        [
            {"customer_id": n, "first_name": name, "last_name": "Example"}
            for n, name in ((1, "Ann"), (2, "Bob"))
        ],
    )
    project.write(
        "capitan/checkins",
        [
            {
                "checkin_id": n,
                "customer_id": n,
                "checkin_datetime": f"2025-01-01 10:0{n}:00",
                "entry_method": "MEM",
                "location_id": 1,
            }
            for n in (1, 2)
        ],
    )


def test_a_broken_file_stops_the_build_with_its_sentence_and_keeps_the_tables(
    project: Project,
) -> None:
    minimal(project)
    first = project.build()
    assert first.returncode == 0, first.stderr
    before = project.query("from customer_connections")
    assert len(before) == 1

    path = project.exports / "capitan/checkins.csv"
    good = path.read_text()
    path.write_text(good.replace("customer_id", "client", 1))
    broken = project.build()
    assert broken.returncode == 1
    assert "capitan/checkins.csv lacks the column(s) customer_id" in broken.stderr
    assert "Traceback" not in broken.stdout + broken.stderr
    assert project.query("from customer_connections") == before

    path.write_text(good)
    assert project.build().returncode == 0
    assert project.query("from customer_connections") == before
