"""Whom a name means in a table of common names and doubled records, by the models themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from conftest import PROJECT, Project

NOON = datetime(2025, 3, 1, 12)
SYLLABLES = ("ba", "do", "ki", "lu", "me", "ra", "so", "ti", "va", "zu")
PEOPLE, ASKED, NAMESAKES, DOUBLED = 800, 40, 200, 200


def name(number: int) -> tuple[str, str]:
    """A name of two rare words, no two people alike."""
    first, second, third = number % 10, number // 10 % 10, number // 100
    return (
        (SYLLABLES[first] + SYLLABLES[second] + "lin").title(),
        (SYLLABLES[third] + SYLLABLES[second] + SYLLABLES[first] + "ton").title(),
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """800 people, of whom 200 have a second record, and 200 of one name; none has a birthday."""
    folder = tmp_path_factory.mktemp("town")
    project = Project(folder, folder / "exports")
    people = {1000 + number: name(number) for number in range(PEOPLE)}
    people |= {5000 + number: name(number) for number in range(DOUBLED)}
    people |= {7000 + number: ("Minhly", "Nguyenkim") for number in range(NAMESAKES)}
    people |= {8000: ("Jian Guo", "Lisonwu"), 8001: ("Jianguo", "Lisonwu")}
    project.write(
        "capitan/customers",
        [
            {"customer_id": number, "first_name": first, "last_name": last}
            for number, (first, last) in people.items()
        ],
    )
    asked = [" ".join(name(number * 7)) for number in range(ASKED)] + ["Minhly Nguyenkim"]
    project.write(
        "capitan/checkins",
        [
            {
                "checkin_id": place,
                "customer_id": 900000 + place,
                "checkin_datetime": NOON + timedelta(days=place),
                "created_at": NOON + timedelta(days=place),
                "entry_method": "ENT",
                "entry_method_description": f"Day Pass from {shown} (0 remaining)",
                "location_id": "1",
            }
            for place, shown in enumerate(asked)
        ],
    )
    built = project.run(
        str(PROJECT / ".venv/bin/dbt"), "build", "--select", "+pass_transfers_matched",
        "--resource-type", "model", "--resource-type", "seed",
    )  # fmt: skip
    assert built.returncode == 0, built.stdout
    return project


def test_two_hundred_of_one_name_leave_every_other_name_its_weight(town: Project) -> None:
    found = dict(
        town.query("select checkin_id, match_method from intermediate.pass_transfers_matched")
    )
    assert [found[place] for place in range(ASKED)] == ["name_exact"] * ASKED
    assert found[ASKED] == "ambiguous"


def test_records_of_a_rare_name_may_be_one_person_and_those_of_a_common_name_are_many(
    town: Project,
) -> None:
    doubles = town.query("select customer_id_1, customer_id_2 from intermediate.duplicate_records")
    assert sorted(doubles) == [(1000 + number, 5000 + number) for number in range(DOUBLED)]
