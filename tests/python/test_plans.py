"""No model compares every row of one table with every row of another.

DuckDB joins by hashing where a condition says that two columns are equal. Otherwise it compares
each row with each row, which nobody sees on a small gym and which never ends on a large one: an
`or` between two keys, or in an outer join any condition beside the keys that is no comparison.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from conftest import PROJECT, Project

# Both sides of these are small whatever the size of the gym, or few rows meet.
SMALL = {
    "customer_connections": "a bucket of strength for each number of interactions that occurs",
    "match_visit_weights": "a parameter of the kind of pass",
    "pairs_scored": "a step of the calibration",
    "crew_groups": "ties of a group that is too large with the ranks of its ties",
    "action_followups": "meetings of who was on a list",
    "assert_affinity_rises_with_evidence": "classes of affinity",
}
COMPARING = ("NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "PIECEWISE_MERGE_JOIN")


def operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each operator of a plan."""
    yield plan
    for child in plan["children"]:
        yield from operators(child)


def rows_expected(plan: dict[str, Any]) -> float:
    """How many rows the optimiser expects of an operator, or of the first below that says."""
    told = plan["extra_info"].get("Estimated Cardinality")
    if told is None:
        return rows_expected(plan["children"][0]) if plan["children"] else 1
    return float(told)


def compares_all(connection: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    """The joins of a query in which rows of two tables are compared without an equal key."""
    (plans,) = (row[1] for row in connection.sql(f"explain (format json) {query}").fetchall())
    return [
        str(found["extra_info"])
        for plan in json.loads(plans)
        for found in operators(plan)
        if found["name"].strip() in COMPARING
        and min(rows_expected(child) for child in found["children"]) > 1
    ]


@pytest.fixture(scope="module")
def warehouse(
    sample_project: tuple[Project, subprocess.CompletedProcess[str]],
) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(sample_project[0].warehouse), read_only=True) as connection:
        yield connection


def test_every_large_join_has_an_equal_key(
    warehouse: duckdb.DuckDBPyConnection,
    sample_project: tuple[Project, subprocess.CompletedProcess[str]],
) -> None:
    manifest = json.loads((sample_project[0].folder / "target/manifest.json").read_text())
    looked_at, found = 0, {}
    for node in manifest["nodes"].values():
        if node["resource_type"] not in ("model", "test") or node["language"] != "sql":
            continue
        if node["config"]["materialized"] in ("ephemeral", "table_function"):
            continue
        looked_at += 1
        query = (PROJECT / node["compiled_path"]).read_text()
        if joins := compares_all(warehouse, query):
            found[node["name"]] = joins
    assert looked_at > 300
    assert {name: joins for name, joins in found.items() if name not in SMALL} == {}
    # a name that stands there for nothing would let the next such join pass
    assert set(SMALL) == set(found)


@pytest.mark.parametrize(
    "condition",
    ["one.a = two.a or one.b = two.a", "one.a in (two.a, two.b)"],
)
def test_a_join_without_an_equal_key_is_found(condition: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table one as select range as a, range % 7 as b from range(9000)")
        connection.execute("create table two as from one")
        assert compares_all(connection, f"select * from one inner join two on {condition}")
        joined = "select * from one inner join two on one.a = two.a where one.b != two.b"
        assert not compares_all(connection, joined)
