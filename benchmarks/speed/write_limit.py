"""Pairs against the write limit: `write_limit.py WAREHOUSE`, one that plain_models.py wrote.

Three times, in turns: the pairs model stored as a table, and the stored pairs copied into another
table, which is what writing rows of that width and number costs. Prints a line of JSON.
"""

import json
import sys
import time

import duckdb

STEPS = {
    "pairs": "create or replace table pairs as from intermediate.interactions_same_day_checkin",
    "limit": "create or replace table copied as from pairs",
}

with duckdb.connect(sys.argv[1]) as connection:
    spent: dict[str, list[float]] = {step: [] for step in STEPS}
    for _ in range(3):
        for step, sql in STEPS.items():
            started = time.process_time()
            connection.execute(sql)
            connection.execute("checkpoint")
            spent[step].append(time.process_time() - started)
    rows = connection.sql("select count(*) from pairs").fetchall()[0][0]
print(json.dumps({"rows": rows, **spent}))
