"""What a dialect makes of files: each verb, each form of file, and each way to go wrong."""

# A row of a file, or a case, stands on a line of its own.
# ruff: noqa: E501

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from python_udfs.dialects.document import parse
from python_udfs.dialects.source import Reader, Source
from python_udfs.file_kinds import FileError
from scripts.dialects.check import files_in

HEAD = """dialect: 1
system: gate
sources: [{what: invented, at: here, seen: 2026-01-02, sure: documented}]
null_values: ["", "-"]
"""
PEOPLE = (
    HEAD
    + """files:
  people: {names: [people], required: true}
core:
  customers:
    - from: people
      columns: {customer_id: {id: no}, first_name: given, last_name: family}
"""
)
PAYMENTS = (
    HEAD
    + """files:
  sales: {names: [sales], required: true}
core:
  payments:
    - from: sales
%s
      columns:
        transaction_id: no
        payer_name: who
        product_text: what
        paid_amount: %s
        paid_date: %s
"""
)


def read(folder: Path, text: str, export: str = "capitan/customers") -> list[dict[str, Any]]:
    """The rows that a dialect makes of a folder, without what is empty."""
    source = Source("gate", parse(text, "dialects/gate.yml"), "", files_in(folder))
    with duckdb.connect() as connection:
        batches = list(Reader(connection, source).rows(export))
    rows = [row for batch in batches for row in batch.to_pylist()]
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def payments(
    tmp_path: Path, rows: str, amount: str = "amount", day: str = "day", more: str = ""
) -> list[dict]:
    (tmp_path / "sales.csv").write_text("no,who,what,amount,day,more\n" + rows, encoding="utf-8")
    return read(tmp_path, PAYMENTS % (more, amount, day), "transactions/combined_transaction_data")


def one(tmp_path: Path, value: str, amount: str) -> str | None:
    return payments(tmp_path, f'1,Ann,Day Pass,"{value}",2026-01-02,x\n', amount)[0].get(
        "Total Amount"
    )


@pytest.mark.parametrize(
    ("value", "amount", "found"),
    [
        ("25.50", "amount", "25.500000"),
        ("$1,025.50", "{number: amount, strip: $, thousands: ','}", "1025.500000"),
        ("-$12.00", "{number: amount, strip: $}", "-12.000000"),
        ("(12.00)", "{number: amount, parentheses: true}", "-12.000000"),
        ("1.234,50 €", "{number: amount, strip: €, thousands: '.', decimal: ','}", "1234.500000"),
        ("1050", "{number: amount, scale: 0.01}", "10.500000"),
        ("399,00", "amount", "? 399,00"),
        ("free", "amount", "? free"),
        ("-", "amount", None),
        ("3", "{number: [amount, no]}", "4.000000"),
        ("3", "{number: amount, times: no}", "3.000000"),
    ],
)
def test_a_number_is_read_as_it_is_told_or_not_at_all(
    tmp_path: Path, value: str, amount: str, found: str | None
) -> None:
    assert one(tmp_path, value, amount) == found


@pytest.mark.parametrize(
    ("text", "day", "found"),
    [
        ("2026-01-02", "day", "2026-01-02"),
        ("01/02/2026", "day", "? 01/02/2026"),
        ("01/02/2026", "{date: day, formats: ['%m/%d/%Y']}", "2026-01-02"),
        ("01/02/26", "{date: day, formats: ['%m/%d/%Y', '%m/%d/%y']}", "2026-01-02"),
        ("01/02/2026", "{date: day, formats: ['%m/%d/%Y', '%d/%m/%Y']}", "? 01/02/2026"),
        ("01/13/2026", "{date: day, formats: ['%m/%d/%Y', '%d/%m/%Y']}", "2026-01-13"),
        ("02.01.2026", "{date: day, formats: ['%d.%m.%Y']}", "2026-01-02"),
        ("1767312000", "{moment: day, formats: [epoch_s], zone: UTC}", "2026-01-02 00:00:00.000000+00"),
        ("1767312000000", "{moment: day, formats: [epoch_ms], zone: UTC}", "2026-01-02 00:00:00.000000+00"),
        ("2026-01-02 10:00", "{moment: day, formats: [iso], zone: UTC}", "2026-01-02 10:00:00.000000+00"),
        ("2026-01-02 10:00", "{moment: day, formats: [iso], zone: America/Chicago}",
         "2026-01-02 16:00:00.000000+00"),
        ("2026-01-02 10:00", "{moment: day, formats: [iso], zone: gym}", "2026-01-02 10:00:00.000000"),
        ("2026-01-02T10:00:00Z", "{moment: day, formats: [iso], zone: gym}", "2026-01-02T10:00:00Z"),
        ("2026-01-02 10:00", "{moment: day, formats: [iso], zone: {column: more}}",
         "2026-01-02 09:00:00.000000+00"),
        ("9999-99-99", "day", "? 9999-99-99"),
        ("infinity", "{date: day, formats: ['%m/%d/%Y']}", "? infinity"),
        ("-Infinity", "{moment: day, formats: ['%m/%d/%Y'], zone: gym}", "? -Infinity"),
        ("epoch", "{moment: day, formats: ['%m/%d/%Y %z'], zone: gym}", "? epoch"),
    ],
)  # fmt: skip
def test_a_day_is_never_guessed(tmp_path: Path, text: str, day: str, found: str) -> None:
    [row] = payments(tmp_path, f"1,Ann,Day Pass,5,{text},Europe/Berlin\n", day=day)
    assert row["Date"] == found


def test_rows_are_left_out_repeated_or_read_and_none_is_lost(tmp_path: Path) -> None:
    more = "      keep: [{column: more, in: [x, y]}]\n      unique_by: [no]"
    rows = payments(
        tmp_path,
        "1,Ann,P,5,2026-01-02,x\n1,Ann,P,5,2026-01-02,y\n2,Bo,P,5,2026-01-02,z\n3,Cy,P\n",
        more=more,
    )
    assert [(row.get("left_out_because"), row.get("reject_reason")) for row in rows] == [
        (None, None),
        ("repeats an earlier row", None),
        ("keep more in x, y", None),
        (None, "3 fields where the header has 6"),
    ]
    assert {row["source_line"] for row in rows} == {2, 3, 4, 5}


def test_steps_follow_each_other(tmp_path: Path) -> None:
    more = """      derive:
        - {regex: what, pattern: '(?P<count>[0-9]+)x (?P<kind>.+)'}
        - product: {first_of: [kind, what]}
        - both: {concat: [who, product], with: ' / '}"""
    text = PAYMENTS % (more, "amount", "day")
    text = text.replace("product_text: what", "product_text: product\n        payer_email: both")
    text += "        pass_count: count\n"
    (tmp_path / "sales.csv").write_text(
        "no,who,what,amount,day,more\n1,Ann,2x Day Pass,5,2026-01-02,\n2,Bo,Chalk,5,2026-01-02,\n"
    )
    first, second = read(tmp_path, text, "transactions/combined_transaction_data")
    assert (first["Description"], first["receipt_email"]) == ("Day Pass", "Ann / Day Pass")
    assert first["Day Pass Count"] == "2.000000"
    assert (second["Description"], "Day Pass Count" in second) == ("Chalk", False)


def lookups(tmp_path: Path, twice: str, rows: str) -> list[dict[str, Any]]:
    text = PEOPLE.replace("  people:", "  places: {names: [places]}\n  people:").replace(
        "last_name: family", "last_name: family,\n        preferred_name: {lookup: {file: places, key: id,"
        f" by: place, take: name{twice}}}}}",
    )  # fmt: skip
    (tmp_path / "people.csv").write_text("no,given,family,place\n1,Ann,X,a\n2,Bo,X,b\n3,Cy,X,c\n")
    (tmp_path / "places.csv").write_text("id,name\n" + rows)
    return read(tmp_path, text)


def test_a_lookup_finds_one_row_or_none(tmp_path: Path) -> None:
    found = lookups(tmp_path, "", "a,North\nb,South\n")
    assert [row.get("preferred_name") for row in found] == ["North", "South", None]


def test_a_key_that_is_none_is_refused_or_no_matter(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="id of places is no key, 1 of its values"):
        lookups(tmp_path, "", "a,North\na,South\nb,East\n")
    found = lookups(tmp_path, ", twice: null", "a,North\na,South\nb,East\n")
    assert [row.get("preferred_name") for row in found] == [None, "East", None]


def test_an_unknown_word_is_other_nothing_or_a_reason(tmp_path: Path) -> None:
    text = (
        PAYMENTS % ("", "amount", "day")
        + "        status: {map: more, values: {Paid: succeeded}%s}\n"
    )
    (tmp_path / "sales.csv").write_text(
        "no,who,what,amount,day,more\n1,A,P,5,2026-01-02, paid \n2,B,P,5,2026-01-02,odd\n"
    )
    export = "transactions/combined_transaction_data"
    for otherwise, status in (
        ("", None),
        (", otherwise: other", "other"),
        (", otherwise: reject", None),
    ):
        first, second = read(tmp_path, text % otherwise, export)
        assert first["status"] == "succeeded"
        assert second.get("status") == status
        assert ("reject_reason" in second) == ("reject" in otherwise)


def people_of(tmp_path: Path, text: str = PEOPLE) -> list[tuple[str, str, str]]:
    return [
        (row["source_customer_id"], row["first_name"], row["last_name"])
        for row in read(tmp_path, text)
    ]


TWO = [("000104", "Ann", "Example"), ("104", "Bo", "Example")]


def write_xlsx(path: Path, sheets: dict[str, list[list[str]]]) -> None:
    """A workbook of texts, as small as one can be."""
    kinds = "http://schemas.openxmlformats.org"
    names = list(sheets)
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/package/2006/content-types"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        office = f"{kinds}/officeDocument/2006/relationships"
        links = "".join(
            f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/{i}.xml"/>'
            for i in range(len(names))
        )
        relations = f'<Relationships xmlns="{kinds}/package/2006/relationships">'
        book.writestr(
            "_rels/.rels",
            f'{relations}<Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        book.writestr("xl/_rels/workbook.xml.rels", f"{relations}{links}</Relationships>")
        listed = "".join(
            f'<sheet name="{name}" sheetId="{i + 1}" r:id="r{i}"/>' for i, name in enumerate(names)
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{kinds}/spreadsheetml/2006/main" xmlns:r="{office}"><sheets>{listed}'
            "</sheets></workbook>",
        )
        for i, rows in enumerate(sheets.values()):
            cells = "".join(
                "<row>"
                + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row)
                + "</row>"
                for row in rows
            )
            book.writestr(
                f"xl/worksheets/{i}.xml",
                f'<worksheet xmlns="{kinds}/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>',
            )


ROWS = [["no", "given", "family"], ["000104", "Ann", "Example"], ["104", "Bo", "Example"]]


def write(form: str, folder: Path) -> None:
    objects = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    if form in ("csv", "titled", "semicolons"):
        sign = ";" if form == "semicolons" else ","
        lines = [sign.join(row) for row in ROWS]
        if form == "titled":
            lines.insert(0, "Export of January 2026")
        (folder / "people.csv").write_text("\n".join(lines) + "\n")
    elif form == "json":
        (folder / "People.json").write_text(json.dumps(objects))
    elif form == "jsonl":
        (folder / "people.jsonl").write_text("".join(json.dumps(one) + "\n" for one in objects))
    elif form == "parquet":
        values = ", ".join(str(tuple(row)) for row in ROWS[1:])
        duckdb.execute(
            f"copy (select * from (values {values}) t({', '.join(ROWS[0])}))"
            f" to '{folder / 'people.parquet'}'"
        )
    elif form == "xlsx by its name":
        write_xlsx(folder / "people.xlsx", {"Sheet1": ROWS})
    elif form == "xlsx by its sheet":
        write_xlsx(folder / "export.xlsx", {"Notes": [["x"], ["y"]], "People": ROWS})
    elif form == "sqlite":
        with sqlite3.connect(folder / "gym.sqlite") as database:
            database.execute("create table people (no text, given text, family text)")
            database.executemany("insert into people values (?, ?, ?)", ROWS[1:])
    elif form == "duckdb":
        with duckdb.connect(str(folder / "gym.duckdb")) as database:
            database.execute("create table people (no text, given text, family text)")
            database.executemany("insert into people values (?, ?, ?)", ROWS[1:])
    elif form == "parts":
        (folder / "people").mkdir()
        for number, row in enumerate(ROWS[1:]):
            (folder / f"people/{number}.csv").write_text(
                ",".join(ROWS[0]) + "\n" + ",".join(row) + "\n"
            )


@pytest.mark.parametrize(
    "form",
    ["csv", "titled", "semicolons", "json", "jsonl", "parquet", "xlsx by its name", "xlsx by its sheet",
     "sqlite", "duckdb", "parts"],
)  # fmt: skip
def test_each_form_of_file_is_read_and_ids_stay_texts(tmp_path: Path, form: str) -> None:
    write(form, tmp_path)
    assert sorted(people_of(tmp_path)) == TWO
    numbers = {row["customer_id"] for row in read(tmp_path, PEOPLE)}
    assert len(numbers) == 2
    assert all(2**52 <= int(number) < 2**53 for number in numbers)


def test_a_number_is_the_same_on_every_build_and_another_for_another_source(tmp_path: Path) -> None:
    write("csv", tmp_path)
    [first, _] = [row["customer_id"] for row in read(tmp_path, PEOPLE)]
    # by MD5, whose bytes no version of anything changes
    assert first == "7260897501085472"
    source = Source("other", parse(PEOPLE, "dialects/gate.yml"), "", files_in(tmp_path))
    with duckdb.connect() as connection:
        [batch] = list(Reader(connection, source).rows("capitan/customers"))
    assert first not in batch.column("customer_id").to_pylist()


def test_two_ids_of_one_number_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With numbers of two bits two of a dozen ids must share one; the sentence says the way out."""
    from python_udfs.dialects import sql

    monkeypatch.setattr(sql, "MACROS", sql.MACROS.replace(">> 12", ">> 62"))
    lines = "".join(f"{number},Ann,X\n" for number in range(12))
    (tmp_path / "people.csv").write_text("no,given,family\n" + lines)
    with pytest.raises(FileError, match="another numbering, such as numbering: 1"):
        read(tmp_path, PEOPLE)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "no,given,surname\n1,Ann,X\n",
            r"lacks the column\(s\) family; its header is: no, given, surname",
        ),
        ("", "is empty"),
    ],
)
def test_a_file_without_what_is_needed_is_refused(
    tmp_path: Path, content: str, sentence: str
) -> None:
    (tmp_path / "people.csv").write_text(content)
    with pytest.raises(FileError, match=sentence):
        read(tmp_path, PEOPLE)


def test_no_file_and_two_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the file people is missing"):
        read(tmp_path, PEOPLE)
    write("csv", tmp_path)
    write("json", tmp_path)
    with pytest.raises(FileError, match="more than one form"):
        read(tmp_path, PEOPLE)


def test_lists_in_json_are_rows_of_their_own(tmp_path: Path) -> None:
    text = (
        HEAD
        + """files:
  sales: {names: [sales], path: data.sales}
core:
  payments:
    - from: sales
      each: lines
      columns:
        transaction_id: {id: [^.no, "#"]}
        payer_name: ^.who.name
        product_text: what
        paid_amount: price
        paid_date: ^.day
"""
    )
    sale = {"no": 12345678901234567890, "who": {"name": "Ann"}, "day": "2026-01-02"}
    sales = [
        sale | {"lines": [{"what": "A", "price": 1.10}, {"what": "B", "price": 2}]},
        sale | {"lines": []},
    ]
    (tmp_path / "sales.json").write_text(json.dumps({"data": {"sales": sales}}))
    rows = read(tmp_path, text, "transactions/combined_transaction_data")
    assert [
        (row["transaction_id"], row["Name"], row["Description"], row["Total Amount"])
        for row in rows
    ] == [
        ("gate:12345678901234567890-1", "Ann", "A", "1.100000"),
        ("gate:12345678901234567890-2", "Ann", "B", "2.000000"),
    ]


def test_what_stands_once_for_several_lines_is_filled_down(tmp_path: Path) -> None:
    text = (PAYMENTS % ("", "amount", "day")).replace(
        "{names: [sales], required: true}",
        "{names: [sales], required: true, fill_down: {by: no, columns: [who, day]}}",
    )
    (tmp_path / "sales.csv").write_text(
        "no,who,what,amount,day\n#1,Ann,A,1,2026-01-02\n#1,,B,2,\n#2,,C,3,2026-01-03\n"
    )
    rows = read(tmp_path, text, "transactions/combined_transaction_data")
    assert [(row.get("Name"), row.get("Date")) for row in rows] == [
        ("Ann", "2026-01-02"), ("Ann", "2026-01-02"), (None, "2026-01-03"),
    ]  # fmt: skip


def test_a_file_may_tell_its_encoding_delimiter_and_header(tmp_path: Path) -> None:
    text = PEOPLE.replace(
        "required: true}", "required: true, encoding: cp1252, delimiter: '|', header_row: 3}"
    )
    (tmp_path / "people.csv").write_bytes("a\nb\nno|given|family\n7|Zoë|Example\n".encode("cp1252"))
    assert people_of(tmp_path, text) == [("7", "Zoë", "Example")]


def test_the_age_of_an_export_is_that_of_what_a_dialect_reads_for_it(tmp_path: Path) -> None:
    from python_udfs.export_age import export_written_at

    path = tmp_path / "square.north/items.csv"
    path.parent.mkdir()
    path.write_text("Date\n")
    os.utime(path, (1_000_000, 1_000_000))
    with duckdb.connect() as connection:
        ages = [
            export_written_at(connection, str(tmp_path), export, 2_000_000)
            for export in ("transactions/combined_transaction_data", "capitan/relations")
        ]
    assert ages == [1_000_000, 2_000_000]


def test_columns_that_are_not_read_are_named_with_each_row(tmp_path: Path) -> None:
    """Of a database with its table; a column that another block reads is read."""
    for form, table in (("csv", ""), ("json", ""), ("sqlite", "people: "), ("duckdb", "people: ")):
        folder = tmp_path / form
        folder.mkdir()
        write(form, folder)
        text = PEOPLE.replace(", last_name: family", ", last_name: given")
        assert {row["columns_not_read"] for row in read(folder, text)} == {f"{table}family"}
        assert not any("columns_not_read" in row for row in read(folder, PEOPLE))


def test_a_database_without_the_table_is_refused_where_it_is_needed(tmp_path: Path) -> None:
    write("sqlite", tmp_path)
    with pytest.raises(FileError, match=r"gym\.sqlite has no sheet or table members, or none that"):
        read(tmp_path, PEOPLE.replace("[people]", "[members]"))
    optional = PEOPLE.replace("[people], required: true", "[members]")
    assert read(tmp_path, optional) == []


def test_equal_lines_of_a_file_are_told_apart_and_of_two_exports_are_one(tmp_path: Path) -> None:
    """Two equal day passes of one sale are two lines; the next export repeats them."""
    text = PAYMENTS % ("", "amount", "day") + "        equal_line: {nth: [no, who, what, amount]}\n"
    (tmp_path / "sales").mkdir()
    lines = ["T1,Ann,Day Pass,25,2026-01-02,x", "T2,Bo,Chalk,5,2026-01-02,x"]
    for name, rows in (("a", [lines[0], lines[1], lines[0]]), ("b", [lines[0], lines[0]])):
        (tmp_path / f"sales/{name}.csv").write_text(
            "no,who,what,amount,day,more\n" + "\n".join(rows) + "\n"
        )
    rows = read(tmp_path, text, "transactions/combined_transaction_data")
    assert [(row["source_file"], row["transaction_id"], row.get("equal_line")) for row in rows] == [
        ("sales/a.csv", "gate:T1", None),
        ("sales/a.csv", "gate:T2", None),
        ("sales/a.csv", "gate:T1", "2"),
        ("sales/b.csv", "gate:T1", None),
        ("sales/b.csv", "gate:T1", "2"),
    ]
