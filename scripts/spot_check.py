"""Print what the warehouse knows about one customer: the query analyses/spot_check.sql."""

from __future__ import annotations

import os
import re
import sys
from itertools import groupby
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Print the customer's sections; returns the exit status."""
    if len(arguments) != 1 or not arguments[0].isdigit():
        print("Say which customer: make spot-check CUSTOMER=<customer_id>", file=sys.stderr)
        return 2
    warehouse = PROJECT / os.environ.get("GYM_WAREHOUSE", "warehouse/gym_connections.duckdb")
    if not warehouse.exists():
        print(f"{warehouse} is not there yet: run make build first", file=sys.stderr)
        return 1
    query = (PROJECT / "analyses" / "spot_check.sql").read_text()
    query = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", query)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set schema = 'main'; set search_path = 'main,staging'")
        connection.execute(f"set variable customer_id = {int(arguments[0])}")
        rows = connection.sql(query).fetchall()
    if not rows:
        print(f"Customer {arguments[0]} has no check-in, transfer or connection.")
        return 1
    for section, lines in groupby(rows, key=lambda row: row[0]):
        print(f"\n{section}")
        for _, who, what, count, first, last in lines:
            print(f"  {who or '':<34}  {what or '':<58}  {count:>5}  {first} to {last}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
