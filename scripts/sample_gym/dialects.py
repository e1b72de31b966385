"""The invented gym as other systems would export it: for each of some dialects the same rows.

What a system cannot say is left out, and what it says otherwise is said so: ids are texts, moments
and amounts are in its spelling. A row that the desk corrected stands there once, as it is now.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

Row = dict[str, str]
# The namespace of the ids that the invented Rock Gym Pro gives.
PEOPLE = uuid.UUID("6d0e7b52-2b0f-4c55-9a3f-1c9f3a6c2b10")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d([.]\d+)?")


def guid(customer_id: str) -> str:
    """What Rock Gym Pro calls a customer.

    Example:
        >>> guid("4210073") == guid("4210073") != guid("4210108")
        True
    """
    return str(uuid.uuid5(PEOPLE, customer_id))


def rows(path: Path) -> list[Row]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if None not in row.values()]


def write_csv(path: Path, found: Iterable[Mapping[str, object]]) -> None:
    """Write rows of equal columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = list(found)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]) if listed else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


def write_json(path: Path, content: object) -> None:
    """Write JSON, the same bytes for the same content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0), encoding="utf-8")


def as_they_are(found: list[Row], key: str) -> list[Row]:
    """One row per key, the one that was written last, of rows that have what they need."""
    latest: dict[str, Row] = {}
    for row in found:
        moment = row.get("checkin_datetime", "2025-01-01 10:00:00")
        if not (row[key].isdigit() and row["customer_id"].isdigit() and MOMENT.fullmatch(moment)):
            continue
        if row[key] not in latest or row["created_at"] >= latest[row[key]]["created_at"]:
            latest[row[key]] = row
    return list(latest.values())


def day(text: str) -> str:
    """A birthday, empty where the export holds none that can be meant."""
    return text if DAY.fullmatch(text) else ""


def capitan(exports: Path, truth: Path, out: Path) -> None:
    """A second gym of Capitan: the files are the same."""
    folder = out / "capitan.sample"
    folder.mkdir(parents=True)
    for path in sorted(exports.glob("*/*.csv")):
        shutil.copy(path, folder / path.name)


def rock_gym_pro(exports: Path, truth: Path, out: Path) -> None:
    """Rock Gym Pro for people and visits; the payments are Square's."""
    folder = out / "rock_gym_pro"
    people = as_they_are(rows(exports / "capitan/customers.csv"), "customer_id")
    write_csv(
        folder / "customers.csv",
        [
            {
                "customerGuid": guid(row["customer_id"]),
                "customerId": row["customer_id"],
                "firstName": row["first_name"],
                "lastName": row["last_name"],
                "email": row["email"],
                "cellPhone": row["phone"],
                "homePhone": "",
                "bday": day(row["birthday"]) or "0000-00-00",
                "responsiblePartyId": "0",
            }
            for row in people
        ],
    )
    visits = as_they_are(rows(exports / "capitan/checkins.csv"), "checkin_id")
    write_csv(
        folder / "checkins.csv",
        [
            {
                "checkinId": row["checkin_id"],
                "customerId": row["customer_id"],
                "customerGuid": guid(row["customer_id"]),
                "facilityCode": f"G{row['location_id']}",
                "postDate": row["checkin_datetime"],
                "details": row["entry_method_description"],
                "whereDatabaseTag": f"G{row['location_id']}" if row["location_id"] else "",
            }
            for row in visits
        ],
    )
    places = {row["location_id"]: row["location_name"] for row in visits if row["location_id"]}
    write_csv(
        folder / "facilities.csv",
        [{"code": f"G{place}", "name": name} for place, name in sorted(places.items())],
    )
    square(exports, truth, out)


def square(exports: Path, truth: Path, out: Path) -> None:
    """Each payment as a line of Square's items; what Capitan exported twice stands there once."""
    lines = rows(exports / "transactions/combined_transaction_data.csv")
    written = []
    for row in {tuple(row.values()): row for row in lines}.values():
        year, month, number = row["Date"].split("-")
        amount = row["Total Amount"]
        shown = f"-${amount[1:]}" if amount.startswith("-") else f"${amount}" if amount else ""
        said = row["status"] or row["payment_intent_status"]
        written.append(
            {
                "Date": f"{month}/{number}/{year[2:]}",
                "Time": "12:00:00",
                "Time Zone": "Central Time (US & Canada)",
                "Item": row["Description"],
                "Qty": row["Day Pass Count"] if row["Day Pass Count"] not in ("", "0") else "1",
                "Net Sales": shown,
                "Tax": "$0.00" if shown else "",
                "Transaction ID": row["transaction_id"],
                "Event Type": "Payment" if said.lower() in PAID else "Refund",
                "Customer ID": row["stripe_customer_id"],
                "Customer Name": row["Name"],
            }
        )
    write_csv(out / "square/items.csv", written)


PAID = ("succeeded", "validated_completed", "completed", "paid")


def mindbody(exports: Path, truth: Path, out: Path) -> None:
    """Mindbody: a pass has an owner, and a visit the begin of its class."""
    folder = out / "mindbody"
    people = as_they_are(rows(exports / "capitan/customers.csv"), "customer_id")
    write_json(
        folder / "clients.json",
        {
            "Clients": [
                {
                    "Id": f"C-{row['customer_id']}",
                    "FirstName": row["first_name"],
                    "LastName": row["last_name"],
                    "Email": row["email"] or None,
                    "MobilePhone": row["phone"] or None,
                    "HomePhone": None,
                    "BirthDate": f"{day(row['birthday'])}T00:00:00"
                    if day(row["birthday"])
                    else None,
                    "IsCompany": False,
                    "ClientRelationships": [],
                }
                for row in people
            ]
        },
    )
    bought = {row["checkin_id"]: row for row in rows(truth / "transfers.csv")}
    visits = []
    for row in as_they_are(rows(exports / "capitan/checkins.csv"), "checkin_id"):
        known = bought.get(row["checkin_id"])
        owner = known["true_purchaser_customer_id"] if known else ""
        visits.append(
            {
                "Id": int(row["checkin_id"]),
                "ClientId": f"C-{row['customer_id']}",
                "LocationId": int(row["location_id"]),
                "Name": row["entry_method_description"],
                "StartDateTime": row["checkin_datetime"].replace(" ", "T") + "Z",
                "SignedIn": True,
                "Missed": False,
                "LateCancelled": False,
                "ServiceId": int(row["checkin_id"]) + 7 if owner else None,
                "ServiceName": known["true_pass_type"] if known and owner else None,
                "Service": {"ClientID": f"C-{owner}"} if owner else None,
            }
        )
    write_json(folder / "visits.json", {"Visits": visits})
    lines = rows(exports / "transactions/combined_transaction_data.csv")
    payers = {
        row["transaction_id"]: row["true_customer_id"] for row in rows(truth / "transactions.csv")
    }
    sales = [
        {
            "Id": row["transaction_id"] or None,
            "ClientId": f"C-{payers[row['transaction_id']]}"
            if payers.get(row["transaction_id"])
            else None,
            "SaleDateTime": f"{row['Date']}T12:00:00",
            "PurchasedItems": [
                {
                    "SaleDetailId": number,
                    "Description": row["Description"],
                    "TotalAmount": row["Total Amount"],
                    "Quantity": row["Day Pass Count"] or "1",
                    "Returned": False,
                }
            ],
        }
        for number, row in enumerate(lines)
    ]
    write_json(folder / "sales.json", {"Sales": sales})


WRITERS: dict[str, Callable[[Path, Path, Path], None]] = {
    "capitan": capitan,
    "mindbody": mindbody,
    "rock_gym_pro": rock_gym_pro,
    "square": square,
}


def write(dialect: str, sample: Path, out: Path) -> None:
    """Write a sample that is there as a dialect's exports, in place of what stood at `out`."""
    shutil.rmtree(out, ignore_errors=True)
    WRITERS[dialect](sample / "exports", sample / "truth", out)
