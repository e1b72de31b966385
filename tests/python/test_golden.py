"""The results of the sample are those that were last agreed to, column by column."""

from __future__ import annotations

import csv

import duckdb

from scripts import golden


def agreed() -> dict[tuple[str, str], tuple[int, str]]:
    """Rows and digest of each column in tests/golden.csv."""
    with golden.GOLDEN.open(newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == golden.HEADER
    return {(table, column): (int(rows), digest) for table, column, rows, digest in lines}


def test_no_result_changes_unless_it_is_meant(sample_project) -> None:
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        lines = golden.digests(connection)
    found = {(table, column): (rows, digest) for table, column, rows, digest in lines}
    before = agreed()
    changed = [
        f"{table}.{column}: {before.get((table, column), ('no',))[0]} rows before, "
        f"{found.get((table, column), ('no',))[0]} now"
        for table, column in sorted(before.keys() | found.keys())
        if before.get((table, column)) != found.get((table, column))
    ]
    assert changed == [], "if that is meant: make build golden, and say why in the commit"


def test_a_digest_sees_one_value_and_no_last_digit_of_a_double() -> None:
    with duckdb.connect() as connection:
        for name, order in golden.RESULTS.items():
            keys = ", ".join(f"1 as {key.strip()}" for key in order.split(","))
            connection.execute(
                f"create table {name} as select {keys}, 0.1 :: double as d, 'a' as t"
            )
        before = golden.digests(connection)
        connection.execute("update crews set d = d + 0.2 - 0.2")
        assert connection.sql("select d = 0.1 :: double from crews").fetchall() == [(False,)]
        assert golden.digests(connection) == before
        connection.execute("update crews set d = null, t = 'b'")
        lines = golden.digests(connection)
    changed = sorted(line[:2] for line in set(lines) - set(before))
    assert changed == [("crews", "d"), ("crews", "t")]
