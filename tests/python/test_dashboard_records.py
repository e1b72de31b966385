"""Records to mend: on the staff page alone, by id, without a name that nobody could withhold."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import Project
from dashboard_browser import Watched, hand_made, hand_made_records, payload, watched
from playwright.sync_api import Browser
from test_dashboard_week import downloaded, rows_of
from test_written_files import UNA, VIC, Place

from python_udfs.settings import Settings
from python_udfs.written_files import CHILDREN, Note, mark_of
from scripts import former_files, staff_records
from scripts.dashboard import write
from scripts.last_build import LastBuild
from scripts.publish import TABLES
from scripts.screenshots import VIEWS

REASONS = {
    "customer_id is empty": "customer_id is empty",
    "3 fields where the header has 15": "3 fields where the header has 15",
    "checkin_datetime cannot be read: 2025/10/11 14h21": (
        "checkin_datetime cannot be read: 2025/10/11 14h21"
    ),
    "customer_id cannot be read: Minnow Orchardine": "customer_id cannot be read: (a text)",
    "customer_id cannot be read: 太": "customer_id cannot be read: (a text)",
    "customer_id cannot be read: Müller": "customer_id cannot be read: (a text)",
    "checkin_id cannot be read: (512) 555-0177": "checkin_id cannot be read: [phone]",
    "checkin_id cannot be read: a@x.example": "checkin_id cannot be read: (a text)",
}
KEYS = {"30402428": "30402428", "Minnow": None, "k@x.example-77": None, "5125550178": "[phone]"}
FILES = {"capitan/checkins.csv", "capitan/checkins/of Minnow Orchardine.csv"}


def made_by_hand(path: Path) -> Path:
    """A warehouse with what a careless desk can have typed."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create schema intermediate;
            create schema seeds;
            create table seeds.nicknames (given_name varchar, nickname varchar);
            create table intermediate.names_known as
                select 'child' as age_group, 'Minnow' as first_name, 'Orchardine' as last_name;
            create table build_history as
                select 3 as build_number, timestamp '2025-02-03 04:05:06' as built_at;
            create table duplicate_customers as
                select 1::bigint as customer_id_1, 2::bigint as customer_id_2,
                    'Minnow Orchardine' as name_1, 'Minnow Orchardine' as name_2,
                    true as is_same_last_name, true as is_same_birthday, false as is_same_email,
                    false as is_same_phone, 0.99 as same_probability;
            create table placeholder_customers as
                select 5::bigint as customer_id, 'Minnow Orchardine' as full_name,
                    'visitors of too many surnames' as reason;
            create table rejected_rows (
                export_name varchar, source_file varchar, source_line bigint, row_key varchar,
                reject_reason varchar, raw_text varchar
            );
            create table data_questions as
                select 'abc' as question_id, 'records' as kind, 'open' as status,
                    'Are Minnow Orchardine (1) and customer (2) one person?' as question,
                    'new' as asked_because, 'def' as evidence_fingerprint,
                    3::bigint as rows_changed,
                    0::bigint as rows_later, 1.5 as value,
                    '[{"code":"5125550178","label":"Minnow Orchardine (1)","evidence":"2"}]'
                        as answers;
            """
        )
        rows = [("capitan/checkins.csv", None, reason) for reason in REASONS]
        rows += [("capitan/checkins.csv", key, "customer_id is empty") for key in KEYS]
        rows += [(file, None, "customer_id is empty") for file in FILES]
        for line, (file, key, reason) in enumerate(rows):
            connection.execute(
                "insert into rejected_rows values ('capitan/checkins', ?, ?, ?, ?, ?)",
                [file, line, key, reason, "7,Minnow,Orchardine,2016-04-17,k@x.example"],
            )
        # who asks to be erased is no key to show
        connection.execute(
            """
            insert into rejected_rows values
                ('privacy/erasure_requests', 'privacy/erasure_requests.csv', 99, '4242424',
                 'no address in email', '4242424')
            """
        )
    return path


@pytest.fixture
def careless(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """What is left of it, where the settings let a group read all other files."""
    before = os.umask(0o027)
    try:
        staff_records.write(made_by_hand(tmp_path / "gym.duckdb"), Settings(file_mode=0o640))
    finally:
        assert os.umask(before) == 0o027
    path = staff_records.place(tmp_path / "gym.duckdb")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def test_only_their_owner_reads_them(careless, tmp_path: Path) -> None:
    path = staff_records.place(tmp_path / "gym.duckdb")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part*"))
    [(place, written)] = Note.beside(tmp_path / "gym.duckdb").files().items()
    assert place == str(path)
    assert (written.kind, written.versions[-1].mark) == ("records", mark_of(path))
    assert written.versions[-1].withheld == {CHILDREN}


def test_no_text_of_an_export_that_may_be_a_name_is_left(careless) -> None:
    told = careless.sql("select reject_reason from rejected_rows order by source_line").fetchall()
    assert [reason for (reason,) in told[: len(REASONS)]] == [*REASONS.values()]
    keys = careless.sql("select row_key from rejected_rows order by source_line").fetchall()
    assert [key for (key,) in keys[len(REASONS) :][: len(KEYS)]] == [*KEYS.values()]
    tables = [name for (name,) in careless.sql("select table_name from duckdb_tables()").fetchall()]
    assert set(tables) == {*staff_records.TABLES, "of_build"}
    cells = str([careless.sql(f"from {table}").fetchall() for table in tables])
    assert [
        text
        for text in ("Minnow", "Orchardine", "x.example", "2016-04-17", "4242424")
        if text in cells
    ] == []
    assert "capitan/checkins/of (name withheld).csv" in cells


def test_their_file_never_held_what_it_does_not_show(tmp_path: Path) -> None:
    """DuckDB writes many rows at once into the file, and leaves there what it then overwrites."""
    warehouse = made_by_hand(tmp_path / "gym.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            """
            insert into rejected_rows
            select
                'capitan/checkins', 'capitan/checkins.csv', number, 'Wes Quarry',
                'customer_id cannot be read: Wes Quarry' || number % 50, null,
            from range(300000) as numbers (number)
            """
        )
    staff_records.write(warehouse, Settings())
    held = staff_records.place(warehouse).read_bytes()
    assert b"cannot be read" in held
    assert b"Quarry" not in held


def test_the_analysts_file_has_none_of_them(small_gym: Project) -> None:
    assert not set(staff_records.TABLES) & set(TABLES)
    with duckdb.connect(str(small_gym.published), read_only=True) as connection:
        found = connection.sql("select table_name from duckdb_tables()").fetchall()
    assert not {name for (name,) in found} & set(staff_records.TABLES)


def test_the_page_shows_and_gives_what_the_build_left(staff: Watched, small_gym: Project) -> None:
    duplicates = small_gym.query("select customer_id_1, customer_id_2 from duplicate_customers")
    assert duplicates, "the small gym has records to merge"
    page = staff.view(VIEWS["duplicates"])
    rows = downloaded(page, page.locator("main .table"))
    numbers = [(int(row["Record: number"]), int(row["Other: number"])) for row in rows]
    assert sorted(numbers) == sorted(duplicates)
    rejected = small_gym.query("select source_file, source_line, row_key from rejected_rows")
    assert rejected, "and rows that cannot be read"
    page = staff.view(VIEWS["rejected"])
    rows = downloaded(page, page.locator("main .table"))
    found = {(row["File"], int(row["Line"]), row["Key"] or None) for row in rows}
    assert found == set(rejected)
    assert len(rows) == len(rejected)
    # a filter leaves the rows of one export
    select = page.get_by_role("combobox", name="Export", exact=True)
    export = select.locator("option").nth(1).get_attribute("value")
    select.select_option(export)
    [(count,)] = small_gym.query(
        f"select count(*) from rejected_rows where export_name = '{export}'"
    )
    assert len(rows_of(page.locator("main .table"))) == count


def test_a_child_among_duplicates_is_a_number(staff: Watched, small_gym: Project) -> None:
    page = staff.view(VIEWS["duplicates"])
    named = {row["Record"] for row in downloaded(page, page.locator("main .table"))}
    named |= {row["Other"] for row in downloaded(page, page.locator("main .table"))}
    children = small_gym.query("select full_name from customers where is_child")
    adults = small_gym.query("select full_name from customers where not is_child")
    private = {name for (name,) in children} - {name for (name,) in adults}
    assert named & private == set()


def page_with(chrome: Browser, folder: Path, sql: str | bytes | None) -> Watched:
    """A page made by hand; sql changes what lies beside, bytes are it, None leaves nothing."""
    published = hand_made(folder / "made.duckdb", ["Ann Adult", "Bob Adult"], {901: None})
    records = folder / ".records"
    if isinstance(sql, bytes):
        records.write_bytes(sql)
    elif sql is not None:
        hand_made_records(records, published, [101, 901, 777], "more than one person has")
        with duckdb.connect(str(records)) as connection:
            connection.execute(sql)
    noted = write.Noted(Note.beside(folder / "none.duckdb"), frozenset(), records)
    write.write(published, folder, noted)
    return watched(chrome, folder / "staff.html")


PARTS = ("duplicates", "rejected", "nobody")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (None, "they were not there when this page was written"),
        ("update of_build set build_number = build_number + 1", "are of another build"),
        ("drop table of_build", "cannot be read"),
        ("alter table rejected_rows drop row_key", "cannot be read"),
        (b"no database", "cannot be read"),
    ],
    ids=["not there", "of another build", "without a table", "without a column", "damaged"],
)
def test_where_they_are_not_the_page_says_so(
    chrome: Browser, tmp_path: Path, sql: str | bytes | None, said: str
) -> None:
    found = page_with(chrome, tmp_path, sql)
    for part in PARTS:
        page = found.view(VIEWS[part])
        assert said in page.locator("main").inner_text()
        assert page.locator("main .table").count() == 0
    assert "more than one person" not in str(payload(tmp_path / "staff.html")[0])
    # no other page asks for them
    assert all((tmp_path / name).exists() for name in write.PAGES)
    assert found.complaints == []
    found.page.context.close()


def test_a_record_without_a_customer_and_a_child_are_numbers(
    chrome: Browser, tmp_path: Path
) -> None:
    found = page_with(chrome, tmp_path, "")
    [one, other] = rows_of(found.view(VIEWS["duplicates"]).locator("main .table"))
    assert (one[0], one[3], one[6], one[7]) == (
        "Ann Adult", "Child 901", "last name, e-mail", "95 %",
    )  # fmt: skip
    assert (other[0], other[3], other[4]) == ("Child 901", "\u2013", "777")
    found.page.context.close()


def test_more_rejected_rows_than_the_page_lists_are_counted(
    chrome: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.dashboard.staff.MOST_REJECTED", 2)
    more = """
        insert into rejected_rows
        select 'capitan/checkins', 'capitan/checkins.csv', 10 + line, null, 'x'
        from range(3) as lines (line)
    """
    found = page_with(chrome, tmp_path, more)
    text = found.view(VIEWS["rejected"]).locator("main").inner_text()
    assert "2 rows; of 4 in all the first 2 are here" in text
    found.page.context.close()


def test_one_left_at_a_former_place_goes_with_a_request(tmp_path: Path) -> None:
    place = Place(tmp_path)
    before = place.build(UNA)
    former = place.write("former/.gym.duckdb.staff", "records", before)
    stale = place.write(".gym.duckdb.staff", "records", before)
    place.build(UNA, VIC)
    said = place.clear()
    assert not former.exists()
    # no build has written it since: better none than one with the person
    assert not stale.exists()
    assert sum("was removed" in line for line in said) == 2
    now = former_files.withheld_now(place.settings)
    fresh = place.write(".gym.duckdb.staff", "records", now)
    assert place.clear() == []
    assert fresh.exists()


def test_a_build_makes_them_again_where_they_were_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("warehouse/gym.duckdb", "warehouse/.gym.duckdb.staff", "published/gym.duckdb"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(name)
    Path("in").mkdir()
    last = LastBuild("in", Path("warehouse/gym.duckdb"), Path("published/gym.duckdb"), "out")
    last.remember(last.made_from())
    assert last.holds(last.made_from())
    staff_records.place(last.warehouse).unlink()
    assert not last.holds(last.made_from())


def test_an_erasure_reaches_them_and_the_page(night: Project) -> None:
    """A person with two records: both ids go from the file beside the warehouse and the page."""
    [(one, other)] = night.query(
        """select customer_id_1, customer_id_2 from duplicate_customers
        order by same_probability desc, 1 limit 1"""
    )
    command = (sys.executable, "-m", "scripts", "dashboard")
    assert night.run(*command).returncode == 0
    pages = night.folder / "dashboard"

    def duplicates() -> set[tuple[int, int]]:
        head, _ = payload(pages / "staff.html")
        return {(pair[0], pair[1]) for pair in head["records"]["duplicates"]}

    assert (one, other) in duplicates()
    requests = [{"customer_id": one}, {"customer_id": other}]
    night.write("privacy/erasure_requests", requests)
    done = night.build()
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(staff_records.place(night.warehouse)), read_only=True) as connection:
        left = connection.sql("from duplicate_customers").fetchall()
    assert not {one, other} & {customer for row in left for customer in row[:2]}
    # the build has written the pages again
    assert not {one, other} & {customer for pair in duplicates() for customer in pair}
    assert {(row[0], row[1]) for row in left} == duplicates()
