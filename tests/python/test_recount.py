"""Every row of the marts, counted again in plain Python from the exports."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import recount
from conftest import PROJECT, Project

TYPES = (
    "same_day_checkin",
    "shared_pass",
    "same_purchase_group",
    "family_membership",
    "frequent_guest",
)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory):
    """A small sample built by dbt, and its recount."""
    folder = tmp_path_factory.mktemp("recount")
    subprocess.run(
        [sys.executable, "-m", "scripts", "sample", "--out", str(folder / "sample")]
        + ["--scale", "0.15", "--seed", "5"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    project = Project(folder, folder / "sample" / "exports")
    result = project.build()
    assert result.returncode == 0, result.stderr
    root = Path(project.exports)
    checkins = recount.read_checkins(root, "UTC")
    members = recount.read_members(root)
    transfers = recount.pass_transfers(
        checkins,
        dict(project.query("select checkin_id, purchaser_customer_id from pass_transfers")),
        dict(
            project.query(
                "select checkin_id, linked_paid_date from pass_transfers"
                " where linked_paid_date is not null"
            )
        ),
    )
    instances = dict(
        project.query(
            "select member_id, membership_instance_id from intermediate.membership_members"
        )
    )
    found = recount.interactions(
        checkins,
        transfers,
        members,
        instances,
        project.query("select customer_id_1, customer_id_2 from duplicate_customers"),
        [number for (number,) in project.query("select customer_id from placeholder_customers")],
    )
    return project, checkins, transfers, members, found


SETTLED = """select transaction_id, buyer_name, total_amount
    from core.core_payments where no_purchase_reason is null"""


def test_purchases_are_those_that_a_reader_would_find(counted) -> None:
    project, *_ = counted
    assert Counter(project.query(SETTLED)) == recount.purchases(Path(project.exports))


def test_transfers_are_those_that_a_reader_would_find(counted) -> None:
    project, _, transfers, _, _ = counted
    built = project.query(
        """select checkin_id, transfer_type, pass_type, purchaser_name, remaining_count,
        is_punch_pass, is_youth_pass from pass_transfers"""
    )
    assert transfers
    assert sorted(built, key=lambda row: row[0]) == sorted(
        (
            (
                transfer.checkin.checkin_id,
                transfer.transfer_type,
                transfer.pass_type,
                transfer.purchaser_name,
                transfer.remaining_count,
                transfer.is_punch_pass,
                transfer.is_youth_pass,
            )
            for transfer in transfers
        ),
        key=lambda row: row[0],
    )


@pytest.mark.parametrize("interaction_type", TYPES)
def test_interactions_are_equal_row_by_row(counted, interaction_type: str) -> None:
    project, *_, found = counted
    built = {
        (day, kind, one, other): (interaction_id, json.loads(metadata))
        for interaction_id, day, kind, one, other, metadata in project.query(
            f"from customer_interactions where interaction_type = '{interaction_type}'"
        )
    }
    expected = {
        key: (recount.interaction_id(key), metadata)
        for key, metadata in found.items()
        if key[1] == interaction_type
    }
    assert expected
    assert built == expected


def test_connections_are_equal_row_by_row(counted) -> None:
    project, *_, found = counted
    built = {
        (one, other): recount.Connection(*rest[:5], json.loads(rest[5])["type_counts"])
        for one, other, *rest in project.query(
            """select customer_id_1, customer_id_2, interaction_count, strength_score,
            first_interaction_date, last_interaction_date, interaction_types, metadata
            from customer_connections"""
        )
    }
    assert built == recount.connections(found)


def test_events_are_equal_row_by_row(counted) -> None:
    project, checkins, transfers, members, _ = counted
    expected = recount.events(checkins, transfers, members)
    built = [
        recount.Event(customer, moment, kind, tuple(json.loads(details).items()))
        for customer, moment, kind, details in project.query(
            """select customer_id, event_date, event_type, event_details from customer_events
            where event_type != 'day_pass_purchase'"""
        )
    ]
    assert sorted(map(repr, built)) == sorted(map(repr, expected.elements()))
