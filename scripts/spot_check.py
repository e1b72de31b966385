"""Print what the warehouse knows about one customer: the table function customer_card."""

from __future__ import annotations

import os
import sys
from itertools import groupby
from pathlib import Path

import duckdb

import publish

PROJECT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Print the customer's sections; returns the exit status."""
    if len(arguments) != 1 or not arguments[0].isdigit():
        print("Say which customer: make spot-check CUSTOMER=<customer_id>", file=sys.stderr)
        return 2
    warehouse = PROJECT / os.environ.get("GYM_WAREHOUSE", publish.WAREHOUSE)
    if not warehouse.exists():
        print(f"{warehouse} is not there yet: run make build first", file=sys.stderr)
        return 1
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(f"from customer_card({int(arguments[0])})").fetchall()
    if not rows:
        print(f"Customer {arguments[0]} has no record, check-in, transfer or connection.")
        return 1
    for section, lines in groupby(rows, key=lambda row: row[0]):
        print(f"\n{section}")
        for _, customer_id, name, what, count, first, last in lines:
            who = " ".join(str(part) for part in (customer_id, name) if part is not None)
            print(f"  {who:<34}  {what or '':<58}  {count:>5}  {first or ''} to {last or ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
