"""docs/matching.md: its tables, and the figures between them, are those of the built sample."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT

from scripts import analysts_doc

DOCUMENT = analysts_doc.MATCHING
TEXT = DOCUMENT.path.read_text(encoding="utf-8")
QUERIES = sorted(path.stem for path in DOCUMENT.queries.glob("*.sql"))
ANSWERS = {found[2]: found[0] for found in analysts_doc.ANSWER.finditer(TEXT)}
EXAMPLE = TEXT[TEXT.index("\n## One name") : TEXT.index("\n## How good")]
NUMBER = re.compile(r"-?\d+\.\d+")


@pytest.fixture(scope="module")
def warehouse(sample_project) -> Iterator[duckdb.DuckDBPyConnection]:
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        connection.execute(f"set search_path = '{analysts_doc.SCHEMAS}'")
        yield connection


def test_every_query_has_its_place() -> None:
    assert sorted(ANSWERS) == QUERIES


@pytest.mark.parametrize("query", QUERIES)
def test_the_table_is_what_the_sample_gives(
    warehouse: duckdb.DuckDBPyConnection, sample_exports: Path, monkeypatch, query: str
) -> None:
    # the truth that one query reads lies beside the exports
    monkeypatch.chdir(sample_exports.parent)
    text = (DOCUMENT.queries / f"{query}.sql").read_text(encoding="utf-8")
    sql = analysts_doc.plain_query(text).replace("data/sample", str(sample_exports))
    table = analysts_doc.table(warehouse.sql(sql))
    assert f"\n{table}\n" in ANSWERS[query]
    assert table.count("\n") > 1


def test_every_figure_between_the_tables_stands_in_one_or_follows_from_them() -> None:
    told = {number for answer in ANSWERS.values() for number in NUMBER.findall(answer)}
    prose = analysts_doc.ANSWER.sub("", EXAMPLE)
    sums = re.findall(r"(-?\d+\.\d+) ([+-]) (\d+\.\d+) = (-?\d+\.\d+)", prose)
    assert len(sums) >= 2
    for one, sign, other, total in sums:
        assert round(float(one) + float(f"{sign}{other}"), 2) == float(total)
        told |= {total, other} if f"{sign}{other}".lstrip("+") in told else {total}
    assert [number for number in NUMBER.findall(prose) if number not in told] == []


def test_the_probabilities_follow_from_the_totals() -> None:
    [head, _, *rows] = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in ANSWERS["example_weights"].splitlines()
        if line.startswith("|")
    ]
    total, probability = head.index("total"), head.index("probability")
    everything = sum(math.exp(float(row[total])) for row in rows)
    assert len(rows) > 3
    for row in rows:
        expected = math.exp(float(row[total])) / everything
        assert float(row[probability]) == pytest.approx(expected, abs=0.0005)
        parts = [float(cell) for cell in row[1:total] if cell]
        assert sum(parts) == pytest.approx(float(row[total]), abs=0.03)


def test_every_model_of_matching_is_told_and_no_other() -> None:
    models = {path.stem for path in (PROJECT / "models/intermediate/matching").rglob("match*.sql")}
    models |= {path.stem for path in (PROJECT / "models/intermediate/matching").rglob("match*.py")}
    listed = set(re.findall(r"^\| `(match_\w+)` \| ", TEXT, re.MULTILINE))
    assert listed == models
    with (PROJECT / "seeds/matching/match_parameters.csv").open(encoding="utf-8") as file:
        parameters = {line.split(",")[0] for line in file}
    columns = re.findall(r"^\|[^|]*\|[^|]*\|[^|]*\|([^|]*)\|$", TEXT, re.MULTILINE)
    named = {name for text in columns for name in re.findall(r"`([a-z]\w+)`", text)}
    assert len(named) > 5
    assert named <= parameters
