"""The worked example in docs/affinity.md: its query gives its numbers on the sample."""

from __future__ import annotations

import re

from conftest import PROJECT

TEXT = (PROJECT / "docs/affinity.md").read_text()


def test_the_query_gives_the_numbers_of_the_table(sample_project) -> None:
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    query = re.search(r"```sql\n(.*?)```", TEXT, re.DOTALL)[1]
    table = re.search(r"\| bits \|\n\|[- |]+\|\n((?:\|.*\n)+)", TEXT)[1]
    stated = [tuple(map(float, row.strip("| ").split("|"))) for row in table.splitlines()]
    assert [tuple(map(float, row)) for row in built.query(query)] == stated


def test_the_models_agree_with_the_query(sample_project) -> None:
    built, _ = sample_project
    found = built.query(
        "select customer_id_1, customer_id_2, together_count, round(closeness, 3),"
        " expected_by_habit, round(expected_by_crowd, 3), round(affinity_bits, 2),"
        " affinity_level from intermediate.int_pair_affinity"
        " where (customer_id_1, customer_id_2) in ((4233448, 4233756), (4267595, 4368485))"
        " order by 1"
    )
    table = re.search(r"\| bits \|\n\|[- |]+\|\n((?:\|.*\n)+)", TEXT)[1]
    stated = [tuple(map(float, row.strip("| ").split("|"))) for row in table.splitlines()]
    assert [tuple(map(float, row[:-1])) for row in found] == stated
    assert [row[-1] for row in found] == ["together", "chance"]
