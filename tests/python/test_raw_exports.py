"""Broken exports: every line is read, rejected with a reason, or the file is refused in words."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import os
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import yaml
from conftest import PROJECT, Project
from hypothesis import given, settings
from hypothesis import strategies as st
from test_build import NO_TESTS

from python_udfs import raw_exports
from python_udfs.find_exports import ExportFile
from python_udfs.raw_exports import EXPORTS, match_columns, read_csv, read_export, read_records

RELATIONS = "capitan/relations"
HEADER = "customer_id,related_customer_id,relationship"
ROWS = ["1,2,CHI", "2,1,PRE", "3,4,SPO"]


def read(root: Path, export: str = RELATIONS) -> list[dict]:
    with duckdb.connect() as connection:
        source = connection.sql("select $root as root", params={"root": str(root)})
        return read_export(connection, export, source).read_all().to_pylist()


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
    "NUL byte": (text("1\0,2,CH\0I"), 1),
    "CR alone": (text(*ROWS, end="\r"), 3),
    "semicolons": (text(*ROWS).replace(",", ";"), 3),
    "tabs": (text(*ROWS).replace(",", "\t"), 3),
    "bars": (text(*ROWS).replace(",", "|"), 3),
    "semicolons and a field with a comma": (
        text("1;2;CHI;Ann, May", header=HEADER.replace(",", ";") + ";note"),
        1,
    ),
    "UTF-16 with its mark": (text(*ROWS).encode("utf-16"), 3),
    "UTF-16, low byte first": (text(*ROWS).encode("utf-16-le"), 3),
    "UTF-16, high byte first": (text(*ROWS).encode("utf-16-be"), 3),
    "UTF-16 with tabs, as a spreadsheet saves it": (
        ("\ufeff" + text(*ROWS).replace(",", "\t")).encode("utf-16-le"),
        3,
    ),
    "UTF-32": (text(*ROWS).encode("utf-32"), 3),
    "capitals in the header": (text(*ROWS, header=HEADER.upper()), 3),
    "blanks in the header": (
        text(*ROWS, header=" Customer ID , Related  Customer-Id,\u00a0Relationship "),
        3,
    ),
    "a quoted header": (
        text(*ROWS, header='"customer_id","related_customer_id","relationship"'),
        3,
    ),
    "a header in two kinds of quotes": (
        text(*ROWS, header="'customer_id',related_customer_id,`relationship`"),
        3,
    ),
    "two byte order marks": ("\ufeff\ufeff" + text(*ROWS), 3),
    "a title": ("Relations of 24 November\n" + text(*ROWS), 3),
    "a title, blank lines, and empty cells": (
        "\ufeffRelations of the gym,,\r\n,,\r\n\r\n" + text(*ROWS, end="\r\n"),
        3,
    ),
    "a title and a date": ("Relations,2025-11-24 10:00\n" + text(*ROWS), 3),
    "the line that names the separator": ("sep=;\n" + text(*ROWS).replace(",", ";"), 3),
    "header only": (text(), 0),
}


@pytest.mark.parametrize("content,kept", READABLE.values(), ids=READABLE.keys())
def test_readable_file_gives_all_its_rows(tmp_path: Path, content: str | bytes, kept: int) -> None:
    write(tmp_path, content)
    rows = read(tmp_path)
    assert len(rows) == kept
    assert all(row["reject_reason"] is None and row["file_error"] is None for row in rows)
    assert {row["customer_id"] for row in rows} <= {"1", "2", "3"}
    assert {row["relationship"] for row in rows} <= {"CHI", "PRE", "SPO"}


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
    "a column in two spellings, neither the contract's": (
        text("1,2,CHI,3", header="Customer ID,related_customer_id,relationship,CustomerId"),
        "capitan/relations.csv has the column(s) customer_id more than once,"
        " as Customer ID, CustomerId",
    ),
    "no header": (
        "1,2,CHI\n2,1,PRE\n",
        "capitan/relations.csv has no header line: its first line looks like data, not a header",
    ),
    "a header below data": (
        "1,2,CHI\n" + text(*ROWS[1:]),
        "capitan/relations.csv has its header in line 2, and line 1 above it may be data;"
        " take the lines above the header away",
    ),
    "a header below a number": (
        "417\n" + text(*ROWS),
        "capitan/relations.csv has its header in line 2, and line 1 above it may be data;"
        " take the lines above the header away",
    ),
    "a header below ten lines": (
        "\n" * 10 + text(*ROWS),
        "capitan/relations.csv has no header line: its first line looks like data, not a header",
    ),
    "an HTML error page": (
        "<!DOCTYPE html>\n<html><body>503</body></html>\n",
        "capitan/relations.csv is an HTML page, not an export",
    ),
    "XML": (
        "<?xml version='1.0'?>\n<rows/>\n",
        "capitan/relations.csv is an XML document; export it as CSV",
    ),
    "JSON": (
        '[{"customer_id": 1, "relationship": "CHI"}]\n',
        "capitan/relations.csv is JSON; export it as CSV",
    ),
    "0 bytes": (b"", "capitan/relations.csv is empty: it has no header line"),
    "blank lines": (b"\n\r\n \n", "capitan/relations.csv is empty: it has no header line"),
    "half a character of UTF-16": (
        text(*ROWS).encode("utf-16")[:-1],
        "capitan/relations.csv is UTF-16 text, damaged or cut short",
    ),
    "a header with an open quote": (
        '"customer_id,related\n1,2,CHI\n',
        "capitan/relations.csv has no readable header line: a quote is opened and not closed",
    ),
    "a PDF": (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        "capitan/relations.csv is a PDF document; export it as CSV",
    ),
    "an old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        "capitan/relations.csv is an old Office file, such as an Excel workbook (.xls);"
        " export it as CSV",
    ),
    "a database": (
        b"SQLite format 3\0" + bytes(84),
        "capitan/relations.csv is an SQLite database; export it as CSV",
    ),
    "a RAR archive": (
        b"Rar!\x1a\x07\0" + bytes(40),
        "capitan/relations.csv is a RAR archive; unpack it",
    ),
    "a line without end": (
        b"x," * 40_000,
        "capitan/relations.csv is no table: its first line does not end",
    ),
    "JSON in a line without end": (
        b"[" + b"{}," * 30_000,
        "capitan/relations.csv is JSON; export it as CSV",
    ),
    "a header in Windows-1252": (
        text("1,2,CHI,9", header=HEADER + ",Größe").encode("cp1252"),
        "capitan/relations.csv is not UTF-8; save it as CSV UTF-8",
    ),
    "no header of this export, in Windows-1252": (
        text("1,2", header="customer_id,Größe").encode("cp1252"),
        "capitan/relations.csv is not UTF-8; save it as CSV UTF-8",
    ),
    **{
        f"lines that end in U+{ord(end):04X}": (
            text(*ROWS, header=HEADER + ",note", end=end),
            f"capitan/relations.csv has U+{ord(end):04X} in its header, which ends no line of CSV;"
            " save it with usual line ends",
        )
        for end in "\u2028\u2029\x85\x0b\x0c"
    },
    "noise": (
        bytes(range(1, 256)),
        "capitan/relations.csv is binary data of an unknown kind",
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


def zipped(*members: tuple[str, str | bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packed) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def damaged(archive: bytes, place: int = 70) -> bytes:
    """An archive with ten other bytes."""
    return archive[:place] + b"\xff" * 10 + archive[place + 10 :]


def with_password(archive: bytes) -> bytes:
    """An archive whose member claims to be encrypted, in both of its headers."""
    changed = bytearray(archive)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[archive.index(magic) + place] |= 1
    return bytes(changed)


def zstd(content: str) -> bytes:
    with pa.BufferOutputStream() as stored:
        with pa.CompressedOutputStream(stored, "zstd") as stream:
            stream.write(content.encode())
        return stored.getvalue().to_pybytes()


MANY = text(*ROWS * 1000)
PACKED = {
    "gzip": gzip.compress(MANY.encode()),
    "gzip in two members": gzip.compress(text(*ROWS).encode())
    + gzip.compress("\n".join([*ROWS * 999, ""]).encode()),
    "zstd": zstd(MANY),
    "bzip2": bz2.compress(MANY.encode()),
    "zip": zipped(("relations 2025.csv", MANY)),
    "zip with what a system adds": zipped(
        ("a/", ""), ("a/x.csv", MANY), ("__MACOSX/a/._x.csv", "x"), ("a/.DS_Store", "x")
    ),
    "gzip of UTF-16": gzip.compress(MANY.encode("utf-16")),
}


@pytest.mark.parametrize("name", ["relations.csv", "relations.csv.gz", "relations.txt"])
@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED.keys())
def test_what_is_packed_is_read_whatever_its_ending(
    tmp_path: Path, content: bytes, name: str
) -> None:
    write(tmp_path, content, f"capitan/{name}")
    rows = read(tmp_path)
    assert len(rows) == 3000
    assert all(row["reject_reason"] is None and row["file_error"] is None for row in rows)
    assert [row["source_line"] for row in rows] == list(range(2, 3002))


BADLY_PACKED = {
    "gzip cut short": (PACKED["gzip"][:-20], "cannot be read: Truncated compressed stream"),
    "gzip cut by a byte": (PACKED["gzip"][:-1], "cannot be read: Truncated compressed stream"),
    "gzip with a wrong sum": (
        PACKED["gzip"][:-8] + bytes(8),
        "cannot be read: zlib inflate failed: incorrect data check",
    ),
    "zstd cut short": (PACKED["zstd"][:-20], "cannot be read: Truncated compressed stream"),
    "text behind the mark of zstd": (
        b"\x28\xb5\x2f\xfd" + MANY.encode(),
        "cannot be read: ZSTD decompress failed",
    ),
    "bzip2 cut short": (PACKED["bzip2"][:-20], "cannot be read: Truncated compressed stream"),
    "zip cut short": (PACKED["zip"][:-30], "is a zip archive that is damaged or cut short"),
    "zip with a password": (
        with_password(PACKED["zip"]),
        "is a zip archive with a password; unpack it",
    ),
    "zip of two files": (
        zipped(("a.csv", MANY), ("b.csv", MANY)),
        "is a zip archive of 2 files, not one: a.csv, b.csv",
    ),
    "zip of none": (zipped(("a/", "")), "is a zip archive of 0 files, not one: none"),
    "a workbook": (
        zipped(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>")),
        "is an Excel workbook; export it as CSV",
    ),
    "an OpenDocument sheet": (
        zipped(("mimetype", "x"), ("content.xml", "<x/>")),
        "is an OpenDocument file; export it as CSV",
    ),
    "gzip in gzip": (
        gzip.compress(PACKED["gzip"]),
        "holds a file that is itself compressed, or Parquet; unpack it",
    ),
    "gzip in zip": (
        zipped(("relations.csv.gz", PACKED["gzip"])),
        "holds a file that is itself compressed, or Parquet; unpack it",
    ),
    "zip of LZMA, damaged": (
        damaged(zipped(("relations.csv", MANY), packed=zipfile.ZIP_LZMA)),
        "cannot be read: Corrupt input data",
    ),
    "zip of LZMA without its properties": (
        damaged(zipped(("relations.csv", MANY), packed=zipfile.ZIP_LZMA), 43),
        "cannot be read: ",
    ),
    "a PDF in gzip": (gzip.compress(b"%PDF-1.7\n\0"), "is a PDF document; export it as CSV"),
}


@pytest.mark.parametrize("content,sentence", BADLY_PACKED.values(), ids=BADLY_PACKED.keys())
def test_what_is_badly_packed_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    write(tmp_path, content)
    found = read(tmp_path)[-1]["file_error"]
    assert found.startswith(f"capitan/relations.csv {sentence}")
    assert "\n" not in found


def parquet(path: Path, sql: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    target = str(path).replace("'", "''")
    duckdb.sql(f"copy ({sql}) to '{target}' (format parquet)")


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
    "truncated": (lambda content: content[:-30], "cannot be read: "),
    "HTML": (lambda _: b"<html><head>", "is an HTML page, not an export"),
    "0 bytes": (lambda _: b"", "is empty: it has no header line"),
    "in gzip": (gzip.compress, "holds a file that is itself compressed, or Parquet; unpack it"),
}


@pytest.mark.parametrize("damage,sentence", BROKEN_PARQUET.values(), ids=BROKEN_PARQUET.keys())
def test_broken_parquet_is_refused_in_one_sentence(
    tmp_path: Path, damage: Callable[[bytes], bytes], sentence: str
) -> None:
    path = tmp_path / f"{RELATIONS}.parquet"
    parquet(path, TYPED)
    path.write_bytes(damage(path.read_bytes()))
    [row] = read(tmp_path)
    assert row["file_error"].startswith(f"capitan/relations.parquet {sentence}")
    assert "\n" not in row["file_error"]


def test_the_content_says_whether_it_is_parquet(tmp_path: Path) -> None:
    parquet(tmp_path / f"{RELATIONS}/a.csv", TYPED)
    write(tmp_path, text(*ROWS), f"{RELATIONS}/b.parquet")
    rows = read(tmp_path)
    assert [row["customer_id"] for row in rows] == ["1", "1", "2", "3"]


def test_a_path_of_signs_is_a_name_also_for_parquet(tmp_path: Path) -> None:
    """None is a pattern, and `relationship=...` gives no column."""
    root = tmp_path / "a[1]*b{c}?'d $e"
    parquet(root / RELATIONS / "relationship=x/[a]*.parquet", TYPED)
    parquet(root / RELATIONS / "relationship=x/a.parquet", TYPED.replace("1::", "7::"))
    write(root, text(ROWS[1]), f"{RELATIONS}/b?.csv")
    assert [(row["customer_id"], row["relationship"]) for row in read(root)] == [
        ("2", "PRE"),
        ("1", "CHI"),
        ("7", "CHI"),
    ]


def test_columns_of_parquet_are_found_in_any_spelling(tmp_path: Path) -> None:
    sql = """select 1 as "Customer ID", 2 as RELATED_CUSTOMER_ID, 'CHI' as "relation""ship" """
    parquet(tmp_path / f"{RELATIONS}.parquet", sql)
    [row] = read(tmp_path)
    assert [row[name] for name in HEADER.split(",")] == ["1", "2", "CHI"]


def test_an_equal_name_comes_before_one_that_is_like_it(tmp_path: Path) -> None:
    write(tmp_path, text("1,2,CHI,3", header=HEADER + ",Customer ID"))
    assert [row["customer_id"] for row in read(tmp_path)] == ["1"]


def test_two_columns_of_one_contract_that_differ_by_a_sign_only_are_told_apart() -> None:
    payments = EXPORTS["transactions/combined_transaction_data"]
    for header, places in (
        (["Date", "date_"], (0, 1)),
        (["DATE", "DATE_"], (0, 1)),
        (["date_", "date"], (1, 0)),
        (["date"], (0, None)),
    ):
        found = match_columns(header, payments)
        assert found["Date"] == [places[0]]
        assert found.get("date_") == (None if places[1] is None else [places[1]])


def test_a_request_to_be_erased_needs_one_column_of_four(tmp_path: Path) -> None:
    export = "privacy/erasure_requests"
    for header in ("customer_id", "Full Name", "E-Mail", "phone;requested at"):
        write(tmp_path, text("x;y" if ";" in header else "x", header=header), f"{export}.csv")
        [row] = read(tmp_path, export)
        assert "x" in (row["customer_id"], row["full_name"], row["email"], row["phone"])
    write(tmp_path, text("Ann Example", header="who"), f"{export}.csv")
    [row] = read(tmp_path, export)
    assert row["file_error"] == (
        f"{export}.csv has no header line with one of the columns customer_id, full_name, email,"
        " phone"
    )
    write(tmp_path, "Ann Example\n" + text("Bob Example", header="full_name"), f"{export}.csv")
    [row] = read(tmp_path, export)
    assert "line 1 above it may be data" in row["file_error"]


REQUESTS = "privacy/erasure_requests"
SECOND_MEANINGS = {
    "email,E-mail": ("E-mail beside email", "email"),
    "email,email_2": ("email_2 beside email", "email"),
    "email;Email Address": ("Email Address beside email", "email"),
    "full_name,Name": ("Name beside full_name", "full_name"),
    "customer_id,last_name": ("last_name", "full_name"),
    "customer_id,Customer Number": ("Customer Number beside customer_id", "customer_id"),
    "email,Mobile": ("Mobile", "phone"),
    "phone,phone (2)": ("phone (2) beside phone", "phone"),
}


@pytest.mark.parametrize("header,said", SECOND_MEANINGS.items(), ids=SECOND_MEANINGS)
def test_of_requests_no_column_that_may_name_the_person_goes_unread(
    tmp_path: Path, header: str, said: tuple[str, str]
) -> None:
    column, meant = said
    sentence = (
        f" has a column {column}, which is not read and may say whom a request means; put what it"
        f" says into {meant}, a row for each value, or take the column away"
    )
    write(tmp_path, text("5;6" if ";" in header else "5,6", header=header), f"{REQUESTS}.csv")
    [row] = read(tmp_path, REQUESTS)
    assert row["file_error"] == f"{REQUESTS}.csv{sentence}"
    (tmp_path / f"{REQUESTS}.csv").unlink()
    columns = ", ".join(f"'{n}' as \"{name}\"" for n, name in enumerate(re.split("[,;]", header)))
    parquet(tmp_path / f"{REQUESTS}.parquet", f"select {columns}")
    [row] = read(tmp_path, REQUESTS)
    # DuckDB gives names apart that differ by their case only
    assert f"{REQUESTS}.parquet has a column " in row["file_error"]


def test_of_requests_columns_of_other_things_are_passed_over(tmp_path: Path) -> None:
    header = "email,requested_at,status,handled by,note,request_id"
    write(tmp_path, text("a@x.example,,,,,", header=header), f"{REQUESTS}.csv")
    [row] = read(tmp_path, REQUESTS)
    assert (row["email"], row["file_error"]) == ("a@x.example", None)


def test_no_field_holds_a_nul(tmp_path: Path) -> None:
    write(tmp_path, text("5\0,Ann\0 Lee", header="customer_id,full_name"), f"{REQUESTS}/a.csv")
    sql = "select '5' || chr(0) as customer_id, 'Ann' || chr(0) || ' Lee' as full_name"
    parquet(tmp_path / f"{REQUESTS}/b.parquet", sql)
    found = [(row["customer_id"], row["full_name"]) for row in read(tmp_path, REQUESTS)]
    assert found == [("5", "Ann Lee")] * 2


def test_parquet_of_a_name_that_is_no_text_is_refused_and_csv_is_read(tmp_path: Path) -> None:
    parquet(tmp_path / f"{RELATIONS}/x.parquet", TYPED)
    folder = os.fsencode(tmp_path / RELATIONS)
    (tmp_path / RELATIONS / "x.parquet").rename(os.fsdecode(folder + b"/gr\xf6sse.parquet"))
    with open(folder + b"/a\xf6.csv", "w") as file:
        file.write(text(ROWS[1]))
    rows = read(tmp_path)
    assert [row["customer_id"] for row in rows] == ["2", None]
    assert rows[0]["source_file"] == rf"{RELATIONS}/a\xf6.csv"
    assert rows[1]["file_error"] == (
        rf"{RELATIONS}/gr\xf6sse.parquet has a name that is not UTF-8 text; rename it"
    )


@pytest.mark.parametrize("packed", ["DEFLATED", "LZMA", "BZIP2", "STORED"])
def test_no_damage_of_an_archive_is_more_than_a_sentence(tmp_path: Path, packed: str) -> None:
    content = zipped(("relations.csv", text(*ROWS)), packed=getattr(zipfile, f"ZIP_{packed}"))
    dice = random.Random(packed)
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(dice.randint(1, 3)):
            damaged[dice.randrange(4, len(damaged))] = dice.randrange(256)
        write(tmp_path, bytes(damaged))
        for row in read(tmp_path):
            assert "\n" not in (row["file_error"] or "")
            assert (row["file_error"] or f"{RELATIONS}.csv ").startswith(f"{RELATIONS}.csv ")


def test_a_required_export_without_rows_is_refused_and_an_optional_one_is_not(
    tmp_path: Path,
) -> None:
    header = ",".join(EXPORTS["capitan/checkins"].columns) + "\n"
    for part in ("a.csv", "b.csv"):
        write(tmp_path, header, f"capitan/checkins/{part}")
    [row] = read(tmp_path, "capitan/checkins")
    assert row["file_error"] == (
        "capitan/checkins is empty: capitan/checkins/b.csv has a header and no row"
    )
    write(tmp_path, text())
    assert read(tmp_path) == []


def test_a_row_tells_when_its_file_was_written_and_where_its_header_stands(
    tmp_path: Path,
) -> None:
    paths = [
        write(tmp_path, "Relations\n\n" + text(ROWS[0]), f"{RELATIONS}/a.csv"),
        tmp_path / f"{RELATIONS}/b.parquet",
    ]
    parquet(paths[1], TYPED)
    for path in paths:
        os.utime(path, (1e9, 1e9))
    rows = read(tmp_path)
    assert [str(row["source_written_at"]) for row in rows] == ["2001-09-09 01:46:40"] * 2
    assert [row["source_header_line"] for row in rows] == [3, None]
    assert rows[0]["source_line"] == 4


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


# What a file is made of, damage and all: fields, delimiters, quotes, line ends, a blank line, bytes
# that are no UTF-8, a mark, NUL, signs that end a line elsewhere, and a field that is too long.
PARTS = [b"1", b"ab", b",", b",", b";", b'"', b'""', b" ", b"\n", b"\r\n", b"\r", b"\n\n"]
PARTS += [b"1,2,CHI,x\n", b"2,1,PRE,\r\n", b'"3",4,SPO,"a\nb"\n', b"5,6,SIB,\xe9\n", b"\xff,1,,\n"]
PARTS += [
    "\ufeff7,8,SPO,y\n".encode(),
    "\u2028".encode(),
    b"\0",
    b"\x0b",
    b"9,9,%s,\n" % (b"z" * 140_000),
]


@given(st.lists(st.sampled_from(PARTS), max_size=25), st.sampled_from([1, 2, 5, 50_000]))
@settings(max_examples=400, deadline=None)
def test_a_plain_line_is_read_as_any_other(parts: list[bytes], records_per_batch: int) -> None:
    """Whatever a file holds: all lines by `csv`, one by one, give the same rows in that order."""
    export, content = EXPORTS[RELATIONS], f"{HEADER},note\n".encode() + b"".join(parts)
    source = ExportFile(f"{RELATIONS}.csv", "", RELATIONS, None, "")

    def rows() -> pa.Table:
        batches = read_csv(io.BufferedReader(io.BytesIO(content)), export, source)
        return pa.Table.from_batches(batches, export.schema)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw_exports, "RECORDS_PER_BATCH", records_per_batch)
        found = rows()
        patch.setattr(raw_exports, "is_plain", lambda *_: False)
        patch.setattr(raw_exports, "RECORDS_PER_BATCH", 50_000)
        assert found.to_pylist() == rows().to_pylist()


def test_a_column_that_is_not_read_rejects_no_record(tmp_path: Path) -> None:
    """Whatever another record of the file holds."""
    lines = [b"1,2,CHI,Andr\xe9", b"2,1,PR\xe9,", b"3,4,SPO,"]
    write(tmp_path, f"{HEADER},note\n".encode() + b"\n".join(lines))
    reasons = [row["reject_reason"] for row in read(tmp_path)]
    assert reasons == [None, "not UTF-8 text", None]


def test_every_source_of_the_project_is_a_contract() -> None:
    """What a source describes is read; what an export needs is known by its columns."""
    described = {
        f"{source['name']}/{table['name']}": {column["name"] for column in table["columns"]}
        for path in (PROJECT / "models/staging").rglob("_sources.yml")
        for source in yaml.safe_load(path.read_text())["sources"]
        for table in source["tables"]
    }
    assert described == {path: set(export.columns) for path, export in EXPORTS.items()}
    required = {path: len(export.required_columns) for path, export in EXPORTS.items()}
    assert required == {
        "capitan/checkins": 10,
        "capitan/customers": 8,
        "capitan/members": 10,
        "capitan/memberships": 8,
        "capitan/relations": 3,
        "transactions/combined_transaction_data": 9,
        "privacy/erasure_requests": 0,
        "reviews/answers": 5,
    }
    assert [path for path, export in EXPORTS.items() if export.required] == [
        "capitan/checkins",
        "capitan/customers",
    ]
    people = EXPORTS["capitan/customers"].roles
    assert (people.ids, people.name) == (("customer_id",), ("first_name", "last_name"))
    assert EXPORTS["capitan/memberships"].roles.belongs == ("owner_id", "membership_owner_age")


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
    assert project.build("--select", "+customer_connections").returncode == 0
    assert project.query("from customer_connections") == before


# One customer and one place in the spellings of whole numbers that systems write.
SPELT = {
    "1": "60",
    "1.0": "60.0",
    " 1 ": " 60",
    "0001": "060",
    "1.00": "60.00",
    "\u00a01": "60\u00a0",
}


def test_a_build_says_what_it_did_not_read_and_reads_ids_in_any_spelling(
    project: Project,
) -> None:
    minimal(project)
    rows = [
        {
            "checkin_id": 100 * day + int(id_.strip() == "2"),
            "customer_id": id_,
            "checkin_datetime": f"2025-02-{day:02d} 09:0{int(id_.strip() == '2')}:00",
            "entry_method": "MEM",
            "location_id": location,
        }
        for day, (spelt, place) in enumerate(SPELT.items(), 1)
        for id_, location in ((spelt, place), ("2", "60"))
    ]
    # enough of them that one bad id is no sign of another format
    rows += [
        rows[0]
        | {"checkin_id": n, "customer_id": 3 + n}
        # all at one moment would be a crowd
        | {"checkin_datetime": f"2024-{1 + n % 12:02d}-{1 + n % 28:02d} 09:00:00"}
        for n in range(10_000, 10_200)
    ]
    rows.append(dict(rows[0], checkin_id=9, customer_id="1" * 23))
    checkins = project.write("capitan/checkins", rows)
    checkins.rename(checkins.with_suffix(".TXT"))
    relations = project.write(
        "capitan/relations",
        [{"customer_id": 1, "related_customer_id": 2, "relationship": "SIB"}],
    )
    header, row = relations.read_text().splitlines()
    relations.write_text(f"Relations of the gym\n\n{header},Since When,555-0100\n{row},x,y\n")
    project.write("capitan/members", [])
    # a pass for some weeks, in the file that it has today
    passes = project.write(
        "capitan/memberships",
        [{"membership_id": 77, "owner_id": 1, "is_temporary_pass": "True"}],
    )
    passes.rename(passes.with_name("temporary_passes.csv"))
    for name in ("notes.docx", "capitan/custommers_backup.csv", "photos/1.jpg", "photos/2.jpg"):
        write(project.exports, "x", name)
    built = project.build()
    assert built.returncode == 0, built.stderr

    report = {
        (section, note): value
        for section, value, note in project.query(
            "select section, value, note from pipeline_report where note is not null"
        )
    }
    for line, value in {
        ("files not read", "notes.docx: its ending is not .csv, .tsv, .txt or .parquet,"): 1,
        ("files not read", "capitan/custommers_backup.csv: no export has this folder and name"): 1,
        ("files not read", "photos/: no export has this folder and name"): 2,
        ("rows in", "empty: a header and no row, in 1 file(s)"): 0,
        ("rows in", "no file; what depends on it is empty"): 0,
    }.items():
        found = [v for (part, note), v in report.items() if (part, note[: len(line[1])]) == line]
        assert found, line
        assert set(found) == {value}, line
    titled = (
        "in 1 file(s); capitan/relations.csv has its header in line 3, what is above it is skip"
    )
    assert titled in built.stdout
    [(note,)] = project.query("select note from pipeline_report where metric = 'capitan/relations'")
    assert note.endswith("; columns not read: Since When and 1 more")
    assert "555-0100" not in str(list(report))
    assert project.query("select membership_id, owner_customer_id from core.core_memberships") == [
        (77, 1)
    ]
    assert "custommers_backup.csv: no export" in built.stdout
    assert project.query("from pipeline_report where section = 'files not read'")[-1][3] == 4

    days = len(SPELT)
    assert project.query("select checkin_count from customers where customer_id = 1") == [(days,)]
    [(count, places)] = project.query(
        """select interaction_count, (
            select count(distinct location_id) from core.core_checkins
        )
        from customer_connections where customer_id_1 = 1 and customer_id_2 = 2"""
    )
    assert (count, places) == (days, 1)
    rejected = project.query("select reject_reason from rejected_rows where row_key = '9'")
    assert rejected == [(f"customer_id cannot be read: {'1' * 23}",)]

    # beside one that is none, numbers are names
    checkins = project.write("capitan/checkins", [*rows, dict(rows[0], location_id="N-7")])
    (project.exports / "capitan/checkins.TXT").unlink()
    built = project.build("--select", "+core_checkins", *NO_TESTS)
    assert built.returncode == 0, built.stderr
    assert project.query("select count(distinct location_id) > 3 from core.core_checkins") == [
        (True,)
    ]


def test_a_header_of_which_nothing_is_known_is_not_shown() -> None:
    """It may be a row of data."""
    assert raw_exports.columns_not_read(["Klaus", "Brien"], [None, None]) == "2 columns"
    assert raw_exports.columns_not_read(["id", "Klaus"], [0, None]) == "Klaus"
