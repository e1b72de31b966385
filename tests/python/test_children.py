"""Who is not known to be an adult is not named in anything that analysts or the public can open."""

from __future__ import annotations

import itertools
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, Project
from dashboard_browser import payload
from jinja2 import Environment

from python_udfs.person_names import Names, People, name_words
from scripts.dashboard import write
from scripts.published_texts import NOBODY, Withheld, publishable, withheld_people

TODAY = "2025-11-24"
HALL = {"location_id": 1, "location_name": "Hall"}


class Gym:
    """Rows of a gym's exports, one person and visit after the other."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.rows: dict[str, list[dict[str, object]]] = {
            "capitan/customers": [],
            "capitan/checkins": [],
            "capitan/members": [],
            "capitan/memberships": [],
            "capitan/relations": [],
            "transactions/combined_transaction_data": [],
        }
        self._ids = itertools.count(101)

    def person(self, last: str, birthday: str = "", **more: object) -> dict[str, object]:
        row = {"customer_id": next(self._ids), "first_name": "Minnow", "last_name": last}
        row |= {"birthday": birthday} | more
        self.rows["capitan/customers"].append(row)
        return row

    def visit(self, person: dict[str, object], text: str = "Duo Weekly", **more: object) -> None:
        rows = self.rows["capitan/checkins"]
        row = {
            "checkin_id": len(rows) + 1,
            "customer_id": person["customer_id"],
            "customer_first_name": person["first_name"],
            "customer_last_name": person["last_name"],
            "checkin_datetime": f"{TODAY} 10:{len(rows) % 60:02d}:00",
            "entry_method": "ENT",
            "entry_method_description": text,
        }
        rows.append(row | HALL | more)

    def build(self):
        for export, rows in self.rows.items():
            if rows:
                self.project.write(export, rows)
        return self.project.build()


def relation(one: dict, other: dict, relationship: str) -> dict[str, object]:
    return {
        "customer_id": one["customer_id"],
        "related_customer_id": other["customer_id"],
        "relationship": relationship,
    }


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, str], str]:
    """A gym with a child or somebody of unknown age behind each surname, and what it printed."""
    folder = tmp_path_factory.mktemp("children")
    gym = Gym(Project(folder, folder / "exports"))
    host = gym.person("Plainfield", "1985-03-02", first_name="Roswitha")
    gym.visit(host)
    withheld = {}
    for why, last, birthday in [
        ("month first", "Ashgrovian", "04/17/2016"),
        ("day first, with dots", "Birkenfloot", "17.04.2016"),
        ("a moment", "Cedarholtz", "2016-04-17T00:00:00Z"),
        ("month in letters", "Dunmorrow", "Apr 17, 2016"),
        ("a year only", "Elmsworthy", "2016"),
        ("a word", "Farrowdale", "unknown"),
        ("year 16", "Gorsebank", "0016-04-17"),
        ("a day to come", "Hazelrigg", "2061-04-17"),
        ("a placeholder", "Ivythorpe", "1900-01-01"),
        ("another placeholder", "Jasminely", "1970-01-01"),
        ("a year of two digits", "Knapweedly", "4/17/16"),
        ("masked", "Larkspurly", "****-**-**"),
        ("nothing at all", "Mallowdown", ""),
        ("18 tomorrow", "Nettlefold", "2007-11-25"),
    ]:
        withheld[why] = last
        gym.visit(gym.person(last, birthday), "Day Pass (0 remaining)")
    child = gym.person("Orchardine", "2015-05-05", preferred_name="Bunny", email="o@x.example")
    double = gym.person("Orchardine", "", email="o@x.example")
    owner = gym.person("Pebblewick")
    son = gym.person("Quillfeather")
    member = gym.person("Rushbrookly")
    withheld |= {"a child": "Orchardine", "an owner of nine": "Pebblewick"}
    withheld |= {"a relation": "Quillfeather", "a youth membership": "Rushbrookly"}
    gym.rows["capitan/relations"].append(relation(host, son, "CHI"))
    gym.rows["capitan/memberships"].append(
        {"membership_id": 1, "owner_id": owner["customer_id"], "membership_owner_age": 9}
    )
    gym.rows["capitan/members"].append(
        {"member_id": 1, "customer_id": member["customer_id"], "name": "Youth Team"}
        | {"start_date": "2025-09-01", "size": "solo"}
    )
    for person in (child, double, owner, son, member):
        gym.visit(person)
    # their names, typed by the desk where a pass, a place or a payment is named
    for text in (
        "Bunny Orchardine party pass from Roswitha Plainfield (0 remaining)",
        "FRIENDS OF MINNOW  NETTLEFOLD from Roswitha Plainfield (2 remaining)",
        "Day Pass from Orchardine, Minnow (0 remaining)",
        "Guest Pass from Miss Minnow Nettlefold",
        "Day Pass from (512) 555-0177 (0 remaining)",
        "Day Pass from 5125550178 (0 remaining)",
        "Day Pass from desk@x.example (0 remaining)",
    ):
        gym.visit(host, text)
    gym.visit(host, location_id=2, location_name="Room of Minnow Ashgrovian, 512-555-0179")
    gym.visit(host, "Camp", entry_method="Minnow Farrowdale pays cash")
    gym.rows["transactions/combined_transaction_data"] += [
        {
            "transaction_id": "t1",
            "Description": "Day Pass for Minnow Orchardine",
            "Name": "Roswitha Plainfield",
            "Date": TODAY,
            "Data Source": "Stripe",
            "Day Pass Count": 1,
            "Total Amount": "22.00",
            "receipt_email": "host@x.example",
        }
    ]
    host["email"] = "host@x.example"
    # named: 18 today, and the mother of a child of known age
    gym.visit(gym.person("Eighteenby", "2007-11-24"))
    mother = gym.person("Motherly")
    gym.rows["capitan/relations"].append(relation(child, mother, "PRE"))
    gym.visit(mother)
    built = gym.build()
    assert built.returncode == 0, built.stderr
    write.write(gym.project.published, folder / "pages")
    return gym.project, withheld, built.stdout


def published_cells(published: Path) -> list[str]:
    with duckdb.connect(str(published), read_only=True) as connection:
        tables = connection.sql("select table_name from duckdb_tables()").fetchall()
        return [
            str(cell)
            for (table,) in tables
            for row in connection.sql(f"from {table}").fetchall()
            for cell in row
            if cell is not None
        ]


def everything(project: Project) -> str:
    """All that analysts and the public can open, in lower case."""
    head, _ = payload(project.folder / "pages" / "staff.html")
    public = (project.folder / "pages" / "public.html").read_text()
    return "\n".join([*published_cells(project.published), str(head), public]).casefold()


def test_nobody_is_named_who_is_not_known_to_be_an_adult(gym) -> None:
    project, withheld, _ = gym
    text = everything(project)
    assert {why: last for why, last in withheld.items() if last.casefold() in text} == {}
    for secret in ("555-0177", "5125550178", "555-0179", "x.example", "2015-05-05"):
        assert secret not in text, secret


def test_adults_are_named(gym) -> None:
    text = everything(gym[0])
    assert [last for last in ("plainfield", "eighteenby", "motherly") if last not in text] == []


def test_the_report_counts_birthdays_that_are_not_used_by_reason(gym) -> None:
    project, _, printed = gym
    counted = dict(
        project.query(
            "select birthday_problem, count(*) from intermediate.people"
            " where birthday_problem is not null group by all"
        )
    )
    assert counted == {
        "cannot be read": 3,
        "year of two digits": 1,
        "in the future": 1,
        "more than 120 years ago": 2,
        "a placeholder": 1,
        "none is given": 6,
    }
    for problem, count in counted.items():
        [line] = [line for line in printed.splitlines() if f"birthday unknown, {problem} " in line]
        assert f" {count} " in line


def test_report_and_page_say_where_hardly_anybody_has_a_birthday(tmp_path: Path) -> None:
    few = Gym(Project(tmp_path, tmp_path / "exports"))
    for last, birthday in (
        ("Plainfield", "1985-03-02"),
        ("Ashgrovian", ""),
        ("Birkenfloot", ""),
        ("Dunmorrow", "unknown"),
    ):
        few.visit(few.person(last, birthday))
    # a check-in of the future makes nobody older
    few.visit(few.person("Cedarholtz", "2015-05-05"), checkin_datetime="2052-03-01 10:00:00")
    for number in range(200):
        few.visit(few.rows["capitan/customers"][0], checkin_datetime=f"2025-11-{number % 20 + 1}")
    built = few.build()
    assert built.returncode == 0, built.stderr
    assert "ages are not known" in built.stdout
    write.write(few.project.published, tmp_path / "pages")
    head, _ = payload(tmp_path / "pages" / "staff.html")
    assert "ages are not known" in str(head)
    cells = published_cells(few.project.published)
    assert [c for c in cells if "Ashgrovian" in c or "Birkenfloot" in c or "Cedarholtz" in c] == []
    [(reason,)] = few.project.query("select reject_reason from rejected_rows")
    assert reason.startswith("checkin_datetime is later than its file was written: 2052-03-01")


def birthdays_read(texts: list[str], order: str) -> list[tuple[str | None]]:
    """A column of birthdays as staging reads it, with GYM_DATE_ORDER."""
    macros = (PROJECT / "macros/text_from_export.sql").read_text()
    settings = {"env_var": lambda *_: order, "var": lambda _: 0.01}
    sql = "{{ date_orders('birthday', 'capitan/customers') }}"
    read = "{{ birthday_from_export('birthday', 'orders.found') }}"
    orders, birthday = (
        Environment().from_string(macros + text).render(settings).strip() for text in (sql, read)
    )
    with duckdb.connect() as connection:
        connection.execute("create table given as select unnest(?) as birthday", [texts])
        return connection.sql(
            f"with orders as (select {orders} as found from given)"
            f" select cast({birthday} as varchar) from given cross join orders"
        ).fetchall()


@pytest.mark.parametrize(
    ("texts", "order", "read"),
    [
        (["03/04/2016", "05/06/1980"], "dmy", ["2016-04-03", "1980-06-05"]),
        (["03/04/2016", "05/06/1980"], "mdy", ["2016-03-04", "1980-05-06"]),
        (["03/04/2016", "17/06/1980"], "", ["2016-04-03", "1980-06-17"]),
        (["03/04/2016", "06/17/1980"], "", ["2016-03-04", "1980-06-17"]),
        # what one date shows of slashes says nothing of dots
        (
            ["03/04/2016", "06/17/1980", "13.04.2016"],
            "",
            ["2016-03-04", "1980-06-17", "2016-04-13"],
        ),
        # one day either way shows nothing and needs nothing
        (["05/05/1985", "2016-04-17"], "", ["1985-05-05", "2016-04-17"]),
        # each can be read in one way only
        (["17/06/1980", "06/17/1980"], "", ["1980-06-17", "1980-06-17"]),
        # one slip among a hundred changes nothing
        (["03/04/2016", "17/06/1980"] + ["06/17/1980"] * 100, "", ["2016-03-04", "1980-06-17"]),
        (["4-5-2016 10:30", "13-5-2016"], "", ["2016-05-04", "2016-05-13"]),
        (["2016-4-5", "2016.04.05", "5 April 2016", "5-Apr-2016"], "", ["2016-04-05"] * 4),
        (["31/31/2016", "2016-02-30", "0/0/2016", "tomorrow"], "mdy", [None] * 4),
    ],
)
def test_a_birthday_is_read_in_the_order_of_its_column(
    texts: list[str], order: str, read: list[str | None]
) -> None:
    assert birthdays_read(texts, order)[: len(read)] == [(text,) for text in read]


@pytest.mark.parametrize(
    "texts", [["03/04/2016", "05/06/1980"], ["03/04/2016", "17/06/1980", "06/17/1980"]]
)
def test_a_column_that_shows_no_order_stops_the_build(texts: list[str]) -> None:
    with pytest.raises(duckdb.Error, match="set GYM_DATE_ORDER to mdy or dmy") as stopped:
        birthdays_read(texts, "")
    assert "capitan/customers: nobody can tell day from month" in str(stopped.value)
    assert "2016" not in str(stopped.value)


def people(*names: tuple[str, str]) -> People:
    found = People()
    for first, last in names:
        forms = Names()
        forms.add(first, last)
        found.add(None, forms)
    return found


CHILD = people(("Cosima", "Orchardine"), ("Ann", "Lee"))
WITHHELD = Withheld(CHILD, CHILD, frozenset([frozenset(name_words("Ann Lee"))]))


@pytest.mark.parametrize(
    ("column", "text", "published"),
    [
        ("pass_type", "Orchardine, Cosima - day out", "(name withheld) - day out"),
        ("pass_type", "For Ann Lee", "For (name withheld)"),
        # an adult has this name, and the ids of the row have decided whom it means
        ("purchaser_name", "Ann Lee", "Ann Lee"),
        ("purchaser_name", "Cosima Orchardine", "(name withheld)"),
        ("purchaser_name", "5125550178", "[phone]"),
        ("full_name", "Cosima Orchardine", "Cosima Orchardine"),
        ("full_name", "cosima@x.example", "[e-mail]"),
        ("note", "500638 and 500645", "500638 and 500645"),
        ("note", "2024-07-27 to 2025-11-27", "2024-07-27 to 2025-11-27"),
        ("location_name", "call +49 151 23456789", "call [phone]"),
        ("location_name", "0151/2345678", "[phone]"),
        (
            "event_details",
            '{"checkin_id":30402428,"pass_type":"Cosima Orchardine party","by_id":"4240235"}',
            '{"checkin_id":30402428,"pass_type":"(name withheld) party","by_id":"4240235"}',
        ),
        ("metadata", '{"type_counts":{"shared_pass":2}}', '{"type_counts":{"shared_pass":2}}'),
    ],
)
def test_a_text_is_published_without_what_is_private(
    column: str, text: str, published: str
) -> None:
    assert publishable(text, column, WITHHELD) == published


PEOPLE = [
    ("child", "Anna", "Müllermann"),
    ("unknown", "Robert", "Orchardine"),
    ("child", "太郎", "山田"),
    ("child", "Zoe", "McBirch"),
    ("adult", "Otto", "Elmwood"),
]


@pytest.mark.parametrize(
    "text",
    [
        "For Anna Muellermann",
        "BobOrchardine",
        "orchardine-bob",
        "会員山田太郎様",
        "the Orchardines: Bob",
        "Zoe Mc Birch2",
    ],
)
@pytest.mark.parametrize("column", ["pass_type", "purchaser_name"])
def test_a_name_is_looked_for_wherever_a_form_of_it_may_stand(column: str, text: str) -> None:
    """Only who may stand in the texts is looked for: in any spelling that would be found there."""
    withheld = withheld_people(PEOPLE, {"robert": {"bob"}}, [(column, text)])
    assert "(name withheld)" in publishable(text, column, withheld)


def test_without_children_only_addresses_and_numbers_go() -> None:
    assert publishable("Ann Lee, ann@x.example", "pass_type", NOBODY) == "Ann Lee, [e-mail]"
