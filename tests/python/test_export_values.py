"""How a value of an export is read, and what is said of one that cannot be."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import recount
from conftest import PROJECT, Project
from jinja2 import Environment

CHECKIN = {
    "customer_id": 1,
    "checkin_datetime": "2025-03-01 10:00:00",
    "created_at": "2025-03-01 10:00:00",
    "entry_method": "MEM",
    "location_id": 1,
}
SEAT = {"membership_id": 7, "customer_id": 1, "size": "duo", "name": "Duo", "status": "ACT"}
PAYMENT = {
    "Description": "Day Pass",
    "Date": "2025-03-01",
    "Day Pass Count": 1,
    "status": "COMPLETED",
    "Total Amount": "25.0",
}
GUARDS = ("assert_few_values_are_unreadable", "assert_few_keys_conflict")
FIGURES = ("--indirect-selection", "cautious", "--select", "+figures_of_exports", *GUARDS)
PAYMENTS = "transactions/combined_transaction_data"
# A text, and the amount that it means; None where nobody can tell.
MONEY = {
    "$1,234.50": "1234.50",
    "1.234,50": "1234.50",
    "1 234,50": "1234.50",
    "1\u00a0234,50": "1234.50",
    "1'234.50": "1234.50",
    "1,234,567.8": "1234567.80",
    "1.234.567": "1234567.00",
    "25,00": "25.00",
    ",5": "0.50",
    "1,234": "1234.00",
    "1.234": "1.23",
    "23.82": "23.82",
    "(12.00)": "-12.00",
    "($12)": "-12.00",
    "$(12.00)": "-12.00",
    "$ (1,234.50)": "-1234.50",
    "USD $12.00": "12.00",
    "27usd": "27.00",
    "$(5": None,
    "-12": "-12.00",
    "\u221212": "-12.00",
    "12.00-": "-12.00",
    "-$12.00": "-12.00",
    "$-12.00": "-12.00",
    "27.00 USD": "27.00",
    "\u20ac 5": "5.00",
    "5\u00a0\u20ac": "5.00",
    "\u00a0 7.50": "7.50",
    "free": None,
    "NaN": None,
    "inf": None,
    "25.00 each": None,
    "27 28": None,
    "2 x 25": None,
    "1,2345": None,
    "12.5.5": None,
    "(5": None,
    "-5-": None,
    "(-5)": None,
    "$": None,
    "": None,
}
SHAPES = {
    "Ann O'Hara, 7": "aaa a'aaaa, 9",
    "zo\u0065\u0301 \u00fcber\u00a0\u0663": "aaa aaaa 9",
    "a\u2028b \U0001f600 \u20ac5": "a a ? \u20ac9",
    "x" * 99: "a" * 30,
}


def rendered(expression: str) -> str:
    """The SQL of an expression over the macros that read values, without dbt."""
    names = ("text_from_export", "unreadable_values")
    macros = "".join((PROJECT / f"macros/{name}.sql").read_text() for name in names)
    environment = Environment(extensions=["jinja2.ext.do"])
    return environment.from_string(macros + "{{ " + expression + " }}").render()


@pytest.mark.parametrize(("text", "amount"), MONEY.items(), ids=[*map(ascii, MONEY)])
def test_money_is_read_as_people_write_it(text: str, amount: str | None) -> None:
    amount_of = rendered("money_from_export('given')")
    sql = f"select {amount_of} from (select ?::varchar as given)"
    with duckdb.connect() as connection:
        [(found,)] = connection.execute(sql, [text]).fetchall()
    assert found == (amount and Decimal(amount))


@pytest.mark.parametrize(("text", "shape"), SHAPES.items(), ids=[*map(ascii, SHAPES)])
def test_a_shape_tells_nothing_of_what_was_written(text: str, shape: str) -> None:
    shape_of = rendered("shape_of('given')")
    sql = f"select {shape_of} from (select ?::varchar as given)"
    with duckdb.connect() as connection:
        assert connection.execute(sql, [text]).fetchall() == [(shape,)]


def write_gym(project: Project, seats: list[dict], payments: list[dict]) -> None:
    people = [{"customer_id": n, "first_name": f"Given{n}", "last_name": f"Own{n}"} for n in (1, 2)]
    people[0] |= {"active_waiver_exists": "n/a", "birthday": "1899-01-01"}
    project.write("capitan/customers", people)
    project.write("capitan/checkins", [CHECKIN | {"checkin_id": n} for n in range(1, 40)])
    project.write("capitan/members", [SEAT | {"member_id": n} | s for n, s in enumerate(seats)])
    project.write(
        PAYMENTS, [PAYMENT | {"transaction_id": f"t{n}"} | p for n, p in enumerate(payments)]
    )


def test_what_is_given_and_not_used_is_counted_by_its_shape(project: Project) -> None:
    """A few slips of a small gym stop nothing; payments are those that a reader would find."""
    seats = [
        {"start_date": "31/31/2025", "end_date": "soon, says Zeb"},
        {"start_date": "0025-01-01", "end_date": "9999-12-31", "billing_amount": "$1,050"},
        {"start_date": "2045-01-01", "member_is_individually_frozen": "perhaps"},
        {"start_date": "03/25/2025", "owner": 1},
    ]
    seats[3].pop("owner")
    payments = [
        {"Name": "Ann Poe"},
        {"Name": "Bo Poe", "Total Amount": "free"},
        {"Name": "Cy Poe", "Total Amount": "NaN"},
        {"Name": "Di Poe", "Date": "0025-03-01"},
        {"Name": "Ed Poe", "Date": "2099-03-01"},
        {"Name": "Fay Poe", "status": "half way"},
        {"Name": "Gus Poe", "Total Amount": "(25.00)"},
        {"transaction_id": "sale", "Name": "Hal Poe"},
        {"transaction_id": "sale", "Name": "Ida Poe"},
        {"transaction_id": "sale", "Name": "Ida Poe"},
        {"transaction_id": "sale", "Name": "Ida Poe", "Total Amount": "-25.00"},
        {"Name": "Hal Poe", "Total Amount": "0.00"},
    ]
    write_gym(project, seats, payments)
    built = project.build(*FIGURES)
    assert built.returncode == 0, built.stderr
    columns = "column_name, reason, unreadable_count, given_count, examples"
    assert project.query(f"select {columns} from unreadable_values order by all") == [
        ("Date", "before 1990", 1, 12, "9999-99-99"),
        ("Date", "later than its file was written", 1, 12, "9999-99-99"),
        ("Total Amount", "cannot be read", 1, 12, "aaaa"),
        ("Total Amount", "stands for nothing", 1, 12, "aaa"),
        ("active_waiver_exists", "stands for nothing", 1, 1, "a/a"),
        ("birthday", "more than 120 years ago", 1, 1, "9999-99-99"),
        ("end_date", "cannot be read", 1, 2, "aaaa, aaaa aaa"),
        ("end_date", "stands for nothing", 1, 2, "9999-99-99"),
        ("member_is_individually_frozen", "cannot be read", 1, 1, "aaaaaaa"),
        ("start_date", "before 1990", 1, 4, "9999-99-99"),
        ("start_date", "cannot be read", 1, 4, "99/99/9999"),
        ("start_date", "more than 10 years ahead", 1, 4, "9999-99-99"),
    ]
    figures = (
        "select metric, value from figures_of_exports where section_number in (14, 16) order by 1"
    )
    assert project.query(figures) == [
        ("negative amount", 2),
        ("no usable date", 2),
        ("refunded", 1),
        ("repeats another line for nothing", 1),
        (f"{PAYMENTS} status", 1),
        ("unknown status", 1),
    ]
    settled = """select transaction_id, buyer_name, total_amount
        from core.core_payments where no_purchase_reason is null"""
    found = Counter(project.query(settled))
    assert found == recount.purchases(Path(project.exports))
    assert {name for _, name, _ in found} == {"Ann Poe", "Bo Poe", "Cy Poe", "Hal Poe"}


def test_a_column_in_another_form_stops_the_build_and_says_what_it_looks_like(
    project: Project,
) -> None:
    """21 of 21; what is written for want of a day, as often, does not."""
    write_gym(project, [{"start_date": "Q1 2025", "end_date": "9999-12-31"}] * 21, [])
    built = project.build(*FIGURES)
    assert built.returncode == 1
    assert (
        "    capitan/members: 21 of 21 values in the column start_date are not used:"
        " cannot be read, such as a9 9999\n" in built.stderr
    )
    assert "end_date" not in built.stderr


def test_two_systems_that_number_alike_stop_the_build(project: Project) -> None:
    visits = [CHECKIN | {"checkin_id": n} for n in range(1, 40)]
    moved = [CHECKIN | {"checkin_id": n, "customer_id": 2} for n in range(1, 22)]
    project.write("capitan/customers", [{"customer_id": 1}, {"customer_id": 2}])
    project.write("capitan/checkins", [*visits, *moved])
    built = project.build(*FIGURES)
    assert built.returncode == 1
    assert (
        "    capitan/checkins: 21 of 39 values of checkin_id stand for two different"
        in built.stderr
    )
    project.write("capitan/checkins", [*visits, *moved[1:]])
    built = project.build(*FIGURES)
    assert built.returncode == 0, built.stderr
    figure = "select value from figures_of_exports where metric = 'conflicting'"
    assert project.query(figure) == [(20,)]
