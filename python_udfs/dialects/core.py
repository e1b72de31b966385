"""The columns that a dialect may fill, and what each becomes in the project's own exports."""

from __future__ import annotations

import csv
from typing import NamedTuple

from python_udfs.export_contracts import PROJECT

# The seed with Capitan's words, in which every system is read.
WORDS = PROJECT / "seeds/dialects/dialect_capitan.csv"
# What other systems call a relation, in the core's words.
RELATION_WORDS = {"guardian": "parent", "ward": "child", "partner": "spouse"}
PAYMENT_WORDS = ("succeeded", "failed", "refunded", "voided", "pending", "other")
MOMENTS = ("arrival", "class_start", "day")


class Column(NamedTuple):
    """One column that a dialect may fill.

    Attributes:
        name: as dialects call it.
        landed: the column of the export in which it arrives.
        kind: id, place, text, word, moment, date or number.
        of: the table whose ids these are, or the field of the seed whose words these are.
        is_required: whether a dialect of the table must fill it.
    """

    name: str
    landed: str
    kind: str = "text"
    of: str = ""
    is_required: bool = False


class Table(NamedTuple):
    """One table of the core: the export whose columns its rows take, and its columns."""

    export: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of a name."""
        return next(column for column in self.columns if column.name == name)


TABLES = {
    "customers": Table(
        "capitan/customers",
        (
            Column("customer_id", "customer_id", "id", "customers", True),
            Column("first_name", "first_name", is_required=True),
            Column("last_name", "last_name", is_required=True),
            Column("preferred_name", "preferred_name"),
            Column("email", "email"),
            Column("phone", "phone"),
            Column("birthday", "birthday", "date"),
            Column("created_at", "created_at", "moment"),
        ),
    ),
    "checkins": Table(
        "capitan/checkins",
        (
            Column("checkin_id", "checkin_id", "id", "checkins"),
            Column("customer_id", "customer_id", "id", "customers", True),
            Column("checked_in_at", "checkin_datetime", "moment", is_required=True),
            Column("location_id", "location_id", "place"),
            Column("location_name", "location_name"),
            Column("entry_kind", "entry_method", "word", "entry_method"),
            Column("entry_name", "entry_method_description"),
            Column("first_name", "customer_first_name"),
            Column("last_name", "customer_last_name"),
            Column("email", "customer_email"),
            Column("birthday", "customer_birthday", "date"),
            Column("created_at", "created_at", "moment"),
        ),
    ),
    # joined to the check-ins while they are read
    "pass_uses": Table(
        "capitan/checkins",
        (
            Column("checkin_id", "checkin_id", "id", "checkins", True),
            Column("pass_name", "pass_name", is_required=True),
            Column("buyer_name", "pass_buyer_name"),
            Column("buyer_customer_id", "pass_buyer_id", "id", "customers"),
            Column("remaining_count", "pass_remaining_count", "number"),
        ),
    ),
    "memberships": Table(
        "capitan/memberships",
        (
            Column("membership_id", "membership_id", "id", "memberships", True),
            Column("membership_type_id", "membership_type_id", "id", "membership_types"),
            Column("owner_customer_id", "owner_id", "id", "customers", True),
            Column("membership_name", "name"),
            Column("size", "size", "word", "membership_size"),
            Column("status", "status", "word", "membership_status"),
            Column("owner_age", "membership_owner_age", "number"),
            Column("start_date", "start_date", "date"),
            Column("end_date", "end_date", "date"),
        ),
    ),
    "membership_people": Table(
        "capitan/members",
        (
            Column("member_id", "member_id", "id", "membership_people", True),
            Column("customer_id", "customer_id", "id", "customers", True),
            # the instance, or where people are listed by it the type
            Column("membership_id", "membership_id", "id", "memberships"),
            Column("membership_type_id", "membership_id", "id", "membership_types"),
            Column("first_name", "member_first_name"),
            Column("last_name", "member_last_name"),
            Column("membership_name", "name"),
            Column("size", "size", "word", "membership_size"),
            Column("status", "status", "word", "membership_status"),
            Column("start_date", "start_date", "date"),
            Column("end_date", "end_date", "date"),
        ),
    ),
    "relations": Table(
        "capitan/relations",
        (
            Column("customer_id", "customer_id", "id", "customers", True),
            Column("related_customer_id", "related_customer_id", "id", "customers", True),
            Column("relationship", "relationship", "word", "relationship"),
            Column("related_first_name", "related_customer_first_name"),
            Column("related_last_name", "related_customer_last_name"),
            Column("created_at", "created_at", "moment"),
        ),
    ),
    "payments": Table(
        "transactions/combined_transaction_data",
        (
            Column("transaction_id", "transaction_id", "place", is_required=True),
            Column("payer_customer_id", "payer_customer_id", "id", "customers"),
            Column("payer_name", "Name"),
            Column("payer_email", "receipt_email"),
            Column("payer_other_email", "billing_email"),
            # a card or an account: the same on all payments of one payer
            Column("payer_account", "stripe_customer_id"),
            # where the line was sold; a web shop's order stands beside the card that paid it
            Column("sold_by", "Data Source"),
            Column("product_text", "Description", is_required=True),
            Column("paid_amount", "Total Amount", "number", is_required=True),
            Column("paid_date", "Date", "date", is_required=True),
            Column("status", "status", "word", "payment_status"),
            Column("pass_count", "Day Pass Count", "number"),
            Column("quantity", "quantity", "number"),
            # of lines that are equal in all else; without it they are one that is there twice
            Column("equal_line", "equal_line", "number"),
        ),
    ),
}
# Of these a dialect of payments fills one: without them nobody knows who paid.
PAYER = ("payer_customer_id", "payer_name", "payer_email")


def words(field: str) -> dict[str, str]:
    """The words of the core for a field, each with what is written into the export for it.

    Example:
        >>> words("relationship")["guardian"], words("payment_status")["failed"]
        ('PRE', 'failed')
    """
    if field == "payment_status":
        return {word: word for word in PAYMENT_WORDS}
    with WORDS.open(encoding="utf-8", newline="") as file:
        found = {
            row["core_word"]: row["source_word"]
            for row in csv.DictReader(file)
            if row["field"] == field
        }
    if field == "relationship":
        found |= {word: found[meant] for word, meant in RELATION_WORDS.items()}
    # no word of the seed, and so read as other
    return found | {"other": "other"}
