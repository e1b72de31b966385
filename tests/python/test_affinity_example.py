"""The sample's figures in docs/affinity.md: the queries and commands beside them give them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from conftest import PROJECT

TEXT = (PROJECT / "docs/affinity.md").read_text()
EXAMPLE, BINS, KNOWN_AND_SEEN, CLASS_MATES = re.findall(
    r"```sql\n([^`]*)```\n\n\|[^\n]*\n\|[- |]+\|\n((?:\|[^\n]*\n)+)", TEXT
)


def stated(table: str) -> list[list[str]]:
    """The cells of a table's rows."""
    return [[cell.strip() for cell in row.strip("| ").split("|")] for row in table.splitlines()]


def as_text(rows: list[tuple]) -> list[list[str]]:
    """The cells of a query's rows, written as the document writes them."""
    return [[str(value) for value in row] for row in rows]


def test_the_query_gives_the_numbers_of_the_table(sample_project) -> None:
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    query, table = EXAMPLE
    assert as_text(built.query(query)) == stated(table)


def test_the_models_agree_with_the_query(sample_project) -> None:
    built, _ = sample_project
    rows = [tuple(map(float, row)) for row in stated(EXAMPLE[1])]
    pairs = ", ".join(f"({int(row[0])}, {int(row[1])})" for row in rows)
    found = built.query(
        "select customer_id_1, customer_id_2, together_count, round(closeness, 3),"
        " expected_by_habit, round(expected_by_crowd, 3), round(affinity_bits, 2),"
        " affinity_level from intermediate.pair_affinity"
        f" where (customer_id_1, customer_id_2) in ({pairs}) order by 1"
    )
    assert [tuple(map(float, row[:-1])) for row in found] == rows
    assert [row[-1] for row in found] == ["chance", "together"]


def test_the_bins_are_those_of_the_calibration(sample_project) -> None:
    built, _ = sample_project
    query, table = BINS
    assert as_text(built.query(query)) == stated(table)


def test_what_is_known_and_what_is_seen(sample_project, sample_exports: Path) -> None:
    built, _ = sample_project
    query, table = KNOWN_AND_SEEN
    found = built.query(query.replace("data/sample", str(sample_exports)))
    assert as_text(found) == stated(table)


def test_class_mates_are_not_together(sample_project, sample_exports: Path) -> None:
    built, _ = sample_project
    query, table = CLASS_MATES
    found = built.query(query.replace("data/sample", str(sample_exports)))
    assert as_text(found) == stated(table)
    assert {row[0] for row in found} <= {"chance", "maybe", "too_few"}


def test_the_judge_prints_the_figures_of_the_sample(sample_project, sample_exports: Path) -> None:
    built, _ = sample_project
    truth = sample_exports / "truth/friend_pairs.csv"
    command = (sys.executable, "-m", "benchmarks.tie.crews")
    judged = built.run(*command, str(built.warehouse), str(truth))
    assert judged.returncode == 0, judged.stderr
    counts = map(int, re.findall(r"(?<![.\d])\d{2,}", judged.stdout))
    _, met, called_together, crews, people, _ = counts
    shares = [float(share) for share in re.findall(r"[01]\.\d{3}", judged.stdout)]
    true, significant, together, information, *pairwise, covered, in_groups = shares
    rows = re.findall(r"^\| the sample \| (.*) \|$", TEXT, re.MULTILINE)
    assert [row.replace(" %", "%") for row in rows] == [
        f"{met:,} | {true:.1%} | {significant:.1%}",
        f"{crews} | {people} | {decimals(information)} | {' / '.join(map(decimals, pairwise))}"
        f" | {covered:.0%} | {in_groups:.0%}",
    ]
    claim = f"Of the {called_together:,} pairs of the sample called together {together:.1%}"
    assert claim in TEXT.replace(" %", "%")


def decimals(share: float) -> str:
    """Three decimals, without a nought before them."""
    return f"{share:.3f}".removeprefix("0")
