"""Print what is published about one customer: the table function customer_card.

The published file can be read while a build runs, and tells no name that is withheld.
"""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path

import duckdb

from python_udfs import settings

PROJECT = Path(__file__).resolve().parent.parent
# As an export may write a number; more digits than these no id has.
NUMBER = re.compile(r"\s*0*([0-9]+?)(?:[.]0*)?\s*", re.ASCII)
LARGEST = 2**63 - 1
# Of a section; who has met hundreds is read in the page or the published file.
MOST_LINES = 30


def main(customer_id: str) -> int:
    """Print the customer's sections; returns the exit status."""
    found = settings.load()
    number = NUMBER.fullmatch(customer_id)
    if number is None:
        print(
            "Say which customer, by number: make customer ID=<customer_id>. The search of the staff"
            " page (make dashboard) finds the number, and so does find_customer('a name') in the"
            " published file.",
            file=sys.stderr,
        )
        return 2
    published = PROJECT / found.published
    if not published.exists():
        print(f"{published} is not there yet: run make build first", file=sys.stderr)
        return 1
    rows = []
    if len(number[1]) <= len(str(LARGEST)) and int(number[1]) <= LARGEST:
        with duckdb.connect(str(published), read_only=True) as connection:
            rows = connection.execute(f"from customer_card({int(number[1])})").fetchall()
    if not rows:
        print(f"Customer {number[1]} has no record, check-in, transfer or connection.")
        return 1
    for section, found_lines in groupby(rows, key=lambda row: row[0]):
        print(f"\n{section}")
        lines = list(found_lines)
        for _, customer_id, name, what, count, first, last in lines[:MOST_LINES]:
            who = " ".join(str(part) for part in (customer_id, name) if part is not None)
            print(f"  {who:<34}  {what or '':<58}  {count:>5}  {first or ''} to {last or ''}")
        if (more := len(lines) - MOST_LINES) > 0:
            print(f"  and {more:,} more; customer_card({number[1]}) in {published} has all")
    return 0
