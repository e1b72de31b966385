"""What check-dialect says of exports: what is read, what is wrong, and nothing about a person."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import PROJECT

from scripts.dialects import check

EXAMPLE = PROJECT / "examples/second_system/wallgate.yml"
PEOPLE = """guest_no,given,family,mail,born
{}
"""
VISITS = """visit_no,guest_no,arrived,admission,ticket,hall
{}
"""
GUESTS = ("G-1,Ottoline,Wallgateby,o@wall.example,1980-03-02", "G-2,Quill,Turnstiley,,14.05.2015")
CAME = [
    f"{n},G-{1 + n % 2},2025-11-03 18:{n:02d}:00,{word},Season Ticket,East"
    for n, word in enumerate(["season"] * 4 + ["staff day"] * 3 + ["Ottoline pays 555-0100"], 1)
]


def exports(folder: Path, people: tuple[str, ...] = GUESTS, visits: list[str] = CAME) -> Path:
    (folder / "people.csv").write_text(PEOPLE.format("\n".join(people)))
    (folder / "visits.csv").write_text(VISITS.format("\n".join(visits)))
    return folder


def test_exports_that_are_read_are_described_without_a_person(tmp_path: Path, capsys) -> None:
    assert check.main(str(EXAMPLE), exports(tmp_path)) == 0
    said = capsys.readouterr().out
    assert "The dialect wallgate reads these exports." in said
    assert "2 rows of people: 2 read, 0 rejected, 0 left out, 0 repeated" in said
    assert "checkins.customer_id in customers: 100.0% of 8" in said
    # the second birthday fits no format
    assert "50.0% unread: 99.99.9999" in said
    # a word of the desk is to be mapped, what it wrote once may be about somebody
    assert "words of none of the dialect's: staff day (3), aaaaaaaa aaaa 999-9999 (1)" in said
    for personal in ("Ottoline", "Turnstiley", "o@wall.example", "1980-03-02", "555-0100"):
        assert personal not in said, personal


def test_values_are_shown_where_they_are_asked_for(tmp_path: Path, capsys) -> None:
    assert check.main(str(EXAMPLE), exports(tmp_path), shows_values=True) == 0
    said = capsys.readouterr().out
    assert "first_name Ottoline" in said
    assert "Ottoline pays 555-0100 (1)" in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("arrived", "at"), "visits.csv lacks the column(s) arrived"),
        (("2025-11-03", "03/11/25"), "checkins.checked_in_at: 100.0% cannot be read"),
        ((",G-", ",H-"), "checkins.customer_id"),
    ],
    ids=["a required column", "its values", "ids that stand nowhere"],
)
def test_what_stops_a_build_is_told_with_status_1(
    tmp_path: Path, capsys, change: tuple[str, str], sentence: str
) -> None:
    path = exports(tmp_path) / "visits.csv"
    path.write_text(path.read_text().replace(*change))
    assert check.main(str(EXAMPLE), tmp_path) == 1
    said = capsys.readouterr().out
    assert "The dialect wallgate does not read these exports:" in said
    assert sentence in said.split("does not read")[1]


def test_exports_of_another_system_are_recognised(tmp_path: Path, capsys) -> None:
    shutil.copy(exports(tmp_path) / "people.csv", tmp_path / "items.csv")
    (tmp_path / "people.csv").write_text(
        "Date,Item,Qty,Net Sales,Tax,Transaction ID,Event Type,Customer Name,Customer ID\n"
    )
    (tmp_path / "items.csv").write_text((tmp_path / "people.csv").read_text())
    (tmp_path / "visits.csv").unlink()
    assert check.main(str(EXAMPLE), tmp_path) == 1
    assert "it looks like square (" in capsys.readouterr().out
