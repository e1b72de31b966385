"""Whom requests mean, and rows without them: the functions behind the landing tables."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pytest

from python_udfs.erasure import (
    Erased,
    OwnIds,
    Request,
    find_erased,
    requests_from,
    without_erased,
)
from python_udfs.file_kinds import FileError
from python_udfs.raw_exports import EXPORTS

CUSTOMERS, CHECKINS = "capitan/customers", "capitan/checkins"
NICKNAMES = {"robert": {"bob"}, "bob": {"robert"}}
CUSTOMER_ROWS = [
    {"customer_id": "1", "first_name": "Konstanze", "last_name": "Byidson", "email": "k@x.example",
     "phone": "(512) 555-0144", "birthday": "1980-01-01"},
    # the same person again, without an address
    {"customer_id": "2", "first_name": "Konstanze", "last_name": "Byidson",
     "birthday": "1980-01-01"},
    # two namesakes: another birthday, and nothing in common but the name
    {"customer_id": "3", "first_name": "Konstanze", "last_name": "Byidson", "email": "k@x.example",
     "birthday": "1999-09-09"},
    {"customer_id": "4", "first_name": "Konstanze", "last_name": "Byidson"},
    {"customer_id": "5", "first_name": "Robert", "last_name": "Nicknamby", "email": "r@x.example"},
    {"customer_id": "6", "first_name": "Ann", "last_name": "Lee", "email": "shared@x.example"},
    {"customer_id": "7", "first_name": "Ann", "last_name": "Lee Smithsonite"},
    {"customer_id": "8", "first_name": "Tom", "last_name": "Lee", "email": "Shared@x.example"},
]  # fmt: skip
CHECKIN_ROWS = [
    {"customer_id": "99", "customer_first_name": "Oriel", "customer_last_name": "Foxgatherly"},
    {"customer_id": "1", "customer_first_name": "Konstanze", "customer_last_name": "Maidenly"},
]


def asked(**values: str) -> Request:
    [request] = requests_from([{"source_file": "f", "source_line": "2", **values}])
    return request


def erased_by(*requests: Request) -> Erased:
    rows = {CUSTOMERS: CUSTOMER_ROWS, CHECKINS: CHECKIN_ROWS}
    return find_erased(requests, lambda path: rows.get(path, ()), NICKNAMES)


@pytest.mark.parametrize(
    ("request_", "ids"),
    [
        pytest.param(asked(customer_id="1"), {1, 2}, id="an id, with the second record"),
        pytest.param(asked(customer_id=" 0001.0 "), {1, 2}, id="an id as a spreadsheet has it"),
        pytest.param(asked(customer_id="\u00a01"), {1, 2}, id="an id behind a no-break space"),
        pytest.param(asked(full_name="NICKNAMBY, Bob"), {5}, id="a name, turned round"),
        pytest.param(asked(full_name="Mr. Robert J. Nicknamby"), {5}, id="a title, a middle name"),
        pytest.param(asked(full_name="Konstanze Byidson"), {1, 2, 3, 4}, id="a name of four"),
        pytest.param(asked(email=" SHARED@x.example"), {6, 8}, id="an address of two"),
        pytest.param(asked(phone="+1 512.555.0144"), {1, 2}, id="a telephone number"),
        pytest.param(asked(full_name="Ann Lee", email="shared@x.example"), {6}, id="both of one"),
        pytest.param(asked(full_name="Ann Lee", email="r@x.example"), {5, 6}, id="both of nobody"),
        pytest.param(asked(full_name="Oriel Foxgatherly"), {99}, id="in the check-ins only"),
        pytest.param(asked(customer_id="12", full_name="Ann Lee"), {6, 12}, id="an id of nobody"),
        pytest.param(asked(full_name="Ann Lee Smithsonite"), {7}, id="a longer name"),
        pytest.param(asked(full_name="Nobody Evermet"), set(), id="nobody"),
    ],
)
def test_a_request_means_these_customers(request_: Request, ids: set[int]) -> None:
    assert set(erased_by(request_).ids) == ids


MIXED = {
    CUSTOMERS: [
        {"customer_id": "1", "first_name": "Ann", "last_name": "Kornfeld",
         "email": "Ann K <ann@x.example>; a2@x.example", "birthday": "1985-05-06 00:00:00+00"},
        {"customer_id": "2", "first_name": "Ann", "last_name": "Kornfeld", "phone": "",
         "email": "mailto:ann@x.example", "birthday": "May 6, 1985"},
        {"customer_id": "3", "first_name": "Ann Sue", "last_name": "Kornfeld"},
        {"customer_id": "4", "first_name": "Bob", "last_name": "Sharer", "email": "bob@x.example"},
        {"customer_id": "5", "first_name": "Katherine", "last_name": "Lee",
         "phone": "737-555-4999 ext. 3"},
        {"customer_id": "6", "first_name": "Kate", "last_name": "Lee", "email": "kate@x.example"},
        {"customer_id": "7", "first_name": "Thomas", "last_name": "James"},
        {"customer_id": "8", "first_name": "James", "last_name": "Thomas"},
    ],
    CHECKINS: [
        # the desk wrote Ann's name and address into a row of Bob's
        {"customer_id": "4", "customer_first_name": "Ann", "customer_last_name": "Kornfeld",
         "customer_email": "ann@x.example"},
        {"customer_id": "70", "customer_first_name": "Ann Kornfeld", "customer_last_name": "Marsh"},
    ],
    "capitan/members": [
        {"customer_id": "90", "member_first_name": "Zora", "member_last_name": "Rosterly"},
    ],
    "transactions/combined_transaction_data": [
        {"Name": "Vera Payerly", "billing_email": "vera@x.example"},
    ],
}  # fmt: skip
RELATED = {"katherine": {"kate"}, "kate": {"katherine"}}


def mixed(*requests: Request) -> Erased:
    return find_erased(requests, lambda path: MIXED.get(path, ()), RELATED)


@pytest.mark.parametrize(
    ("request_", "ids"),
    [
        pytest.param(asked(customer_id="1"), {1, 2}, id="birthdays in two spellings"),
        pytest.param(asked(email="a2@x.example"), {1, 2}, id="the second address of a cell"),
        pytest.param(asked(email="A K <ann@x.example>"), {1, 2}, id="an address with a name"),
        pytest.param(asked(phone="7375554999"), {5}, id="a number with an extension"),
        pytest.param(asked(full_name="Katherine Lee"), {5}, id="not who is called so for short"),
        pytest.param(asked(full_name="Ann Kornfeld"), {1, 2}, id="not who has a middle name more"),
        pytest.param(asked(full_name="Ann Kornfeld", email="ann@x.example"), {1, 2}, id="not Bob"),
        pytest.param(asked(full_name="Zora Rosterly"), {90}, id="in the roster only"),
        pytest.param(asked(full_name="Thomas James"), {7}, id="not who is called the other way"),
    ],
)
def test_a_request_reaches_the_person_and_nobody_beside(request_: Request, ids: set[int]) -> None:
    assert set(mixed(request_).ids) == ids


def test_rows_of_others_keep_what_is_theirs() -> None:
    erased = mixed(asked(customer_id="1"), asked(customer_id="5"), asked(customer_id="7"))
    payments = "transactions/combined_transaction_data"
    for row in (
        {"transaction_id": "t", "Name": "Kate Lee", "receipt_email": "kate@x.example"},
        {"transaction_id": "t", "Name": "Ann Sue Kornfeld", "Description": "x"},
        {"transaction_id": "t", "Name": "James Thomas"},
        {"transaction_id": "t", "Name": "Ann Kornfeld Marsh"},
    ):
        assert left_of(payments, erased, **row) == row
    # Bob pays, and Ann's address stands on the receipt
    row = {"transaction_id": "t", "Name": "Bob Sharer", "receipt_email": "ann@x.example"}
    left = left_of(payments, erased, **row)
    assert left == {"transaction_id": "t", "Name": "Bob Sharer", "erased_for": ["f:2"]}
    for text in ("Day Pass from Ann Sue Kornfeld", "Day Pass from Kate Lee", "for James Thomas"):
        row = {"checkin_id": "9", "customer_id": "4", "entry_method_description": text}
        assert left_of(CHECKINS, erased, **row) == row
    # her name in his row goes, and the row stays his
    row = {"checkin_id": "9", "customer_id": "4", "customer_first_name": "Ann"}
    left = left_of(CHECKINS, erased, customer_last_name="Kornfeld", **row)
    assert left == {"checkin_id": "9", "customer_id": "4", "erased_for": ["f:2"]}


def test_a_payer_without_a_record_is_known_by_the_address() -> None:
    erased = mixed(asked(email="vera@x.example"))
    row = {"checkin_id": "9", "customer_id": "4"}
    text = "Day Pass from Vera Payerly (0 remaining)"
    left = left_of(CHECKINS, erased, entry_method_description=text, **row)
    assert left["entry_method_description"] == "Day Pass from (erased) (0 remaining)"


def test_what_says_nothing_of_a_person_is_no_request() -> None:
    rows = [{"source_file": "f", "source_line": "2", "full_name": " ", "customer_id": "no. 5"}]
    assert requests_from(rows) == []
    assert requests_from([{"reject_reason": "broken", "full_name": "Ann Lee"}]) == []


OWN_IDS = OwnIds(
    [
        {"customer_id": "7", "source_file": "capitan/customers.csv"},
        {"customer_id": "8", "source_file": "capitan/customers.csv"},
        {
            "customer_id": "5001",
            "source_customer_id": "AB-1",
            "source_file": "mindbody.north/c.csv",
        },
        {
            "customer_id": "5002",
            "source_customer_id": "0007",
            "source_file": "mindbody.north/c.csv",
        },
        {"customer_id": "5003", "source_customer_id": "000104", "source_file": "mindbody/c.csv"},
    ]
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8", 8),
        ("8.0", 8),
        ("12", 12),
        (" ab-1 ", 5001),
        ("North:AB-1", 5001),
        ("104", 5003),
        ("north:7", 5002),
        ("capitan:7", 7),
        ("5001", 5001),
        ("AB-2", None),
        ("south:AB-2", None),
        ("", None),
    ],
)
def test_an_id_is_meant_as_its_system_writes_it(text: str, number: int | None) -> None:
    assert OWN_IDS.number(text, "f:2") == number


def test_an_id_of_two_persons_is_asked_for_and_one_of_before_is_of_nobody() -> None:
    with pytest.raises(FileError, match="f:2 asks to erase the customer 7, who is another person"):
        OWN_IDS.number("7", "f:2")
    gone = OWN_IDS.number("north:GONE", "f:2")
    assert gone == OWN_IDS.number(" north:gone", "f:2")
    assert gone not in (None, OWN_IDS.number("north:GONE-2", "f:2"))
    assert gone < 0
    assert OwnIds().number("north:GONE", "f:2") is None


def read(path: str, rows: Iterable[dict[str, object]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(rows), schema=EXPORTS[path].schema)


def left_of(path: str, erased: Erased, **row: object) -> dict[str, object]:
    """What is left of one row: its values that are not empty."""
    [left] = without_erased(read(path, [row]), path, erased).to_pylist()
    return {name: value for name, value in left.items() if value}


BY_ID = erased_by(asked(customer_id="1"), asked(full_name="Ann Lee"))


def test_a_row_about_the_person_keeps_its_key_only() -> None:
    row = {"checkin_id": "7", "customer_id": "1.0", "customer_first_name": "Konstanze"}
    assert left_of(CHECKINS, BY_ID, created_at="2025", **row) == {
        "checkin_id": "7",
        "created_at": "2025",
        "is_erased": True,
        "erased_for": ["f:2"],
    }


@pytest.mark.parametrize(
    ("description", "left"),
    [
        ("Day Pass from Byidson, Konstanze (1 remaining)", "Day Pass from (erased) (1 remaining)"),
        ("Day Pass from Konstanze Maidenly", "Day Pass from (erased)"),
        ("Day Pass from k@x.example", "Day Pass from (erased)"),
        ("Day Pass from 512-555-0144 (0 remaining)", "Day Pass from (erased) (0 remaining)"),
        ("Guest Pass from Ann Lee", "Guest Pass from (erased)"),
    ],
)
def test_the_name_goes_from_the_rows_of_others(description: str, left: str) -> None:
    row = {"checkin_id": "7", "customer_id": "5", "entry_method_description": description}
    assert left_of(CHECKINS, BY_ID, **row)["entry_method_description"] == left


def test_another_person_of_a_longer_name_stays_in_rows_and_texts() -> None:
    row = {"customer_id": "7", "first_name": "Ann", "last_name": "Lee Smithsonite"}
    assert left_of(CUSTOMERS, BY_ID, **row) == row
    row = {"customer_id": "5", "entry_method_description": "Guest Pass from Ann Lee Smithsonite"}
    assert left_of(CHECKINS, BY_ID, **row) == row


def test_a_payment_is_its_payers_and_a_text_is_everybodys() -> None:
    path = "transactions/combined_transaction_data"
    gone = {"is_erased": True, "erased_for": ["f:2"], "transaction_id": "t"}
    assert left_of(path, BY_ID, transaction_id="t", Name="Ms. Ann Lee", Description="x") == gone
    assert left_of(path, BY_ID, transaction_id="t", billing_email="K@X.example") == gone
    left = left_of(path, BY_ID, transaction_id="t", Name="Bo", Description="for ANN  LEE")
    assert left["Description"] == "for (erased)"
    assert left["Name"] == "Bo"


def test_a_relation_goes_with_either_of_the_two_and_a_membership_loses_its_owner() -> None:
    related = {"customer_id": "5", "related_customer_id": "1", "relationship": "SIB"}
    left = left_of("capitan/relations", BY_ID, related_customer_first_name="Konstanze", **related)
    assert left == related | {"is_erased": True, "erased_for": ["f:2"]}
    owned = {"membership_id": "3", "owner_id": "1", "membership_owner_age": "45", "size": "duo"}
    left = left_of("capitan/memberships", BY_ID, name="Konstanze Byidson Duo", **owned)
    assert left == {
        "membership_id": "3",
        "size": "duo",
        "name": "(erased) Duo",
        "erased_for": ["f:2"],
    }


@pytest.mark.parametrize(
    "line", ['9,Konstanze,"Byidson', "9;Lee;Ann", "9,1,x", "9,x,K@x.example", "9\t5125550144"]
)
def test_a_line_that_could_not_be_split_is_gone_whole(line: str) -> None:
    left = left_of(CHECKINS, BY_ID, raw_text=line, reject_reason="broken", source_line=4)
    assert left.pop("erased_for") == ["f:2"]
    assert left == {"raw_text": "(erased)", "reject_reason": "broken", "source_line": 4}


def test_an_address_of_the_person_leaves_no_trace_that_others_could_share() -> None:
    row = {"customer_id": "8", "first_name": "Tom", "email": "k@x.example"}
    left = left_of(CUSTOMERS, BY_ID, **row)
    assert left == {"customer_id": "8", "first_name": "Tom", "erased_for": ["f:2"]}


def test_an_answer_that_names_an_erased_customer_keeps_its_question_and_time_only() -> None:
    """Who answered may be somebody who asked to be erased, too."""
    path, when = "reviews/answers", "2025-11-30 10:00:00"
    row = {"question_id": "abc", "answered_at": when, "evidence_fingerprint": "f"}
    left = left_of(path, BY_ID, **row, answer="1", answered_by="Tom Desk")
    assert left == row | {"is_erased": True, "erased_for": ["f:2"]}
    left = left_of(path, BY_ID, **row, answer="same", answered_by="Konstanze Byidson")
    assert left == row | {"answer": "same", "answered_by": "(erased)", "erased_for": ["f:2"]}
    left = left_of(path, BY_ID, **row, answer="3", answered_by="Tom Desk")
    assert left == row | {"answer": "3", "answered_by": "Tom Desk"}


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("1", "(erased)"),
        ("desk 1", "desk (erased)"),
        ("Tom, no. 0001.", "Tom, no. (erased)."),
        ("desk 11", "desk 11"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_an_erased_id_goes_from_what_staff_typed(typed: str, left: str) -> None:
    path = "reviews/answers"
    assert left_of(path, BY_ID, answered_by=typed)["answered_by"] == left
    if typed != "1":
        assert left_of(path, BY_ID, answer=typed)["answer"] == left
    line = left_of(path, BY_ID, raw_text=f"{typed} said so", reject_reason="broken")
    assert ("erased_for" in line) == (typed != left)


def test_without_requests_every_row_stays_as_it_is() -> None:
    for path in (CHECKINS, CUSTOMERS, "privacy/erasure_requests"):
        batch = read(path, [{"customer_id": "1"}])
        left = without_erased(batch, path, Erased())
        assert left.select(batch.schema.names) == batch
        assert left.column("is_erased").to_pylist() == [False]


def test_a_column_of_ids_is_searched_where_it_holds_no_number() -> None:
    row = {"transaction_id": "k@x.example-77", "Name": "Bo"}
    left = left_of("transactions/combined_transaction_data", BY_ID, **row)
    assert left["transaction_id"] == "(erased)-77"
