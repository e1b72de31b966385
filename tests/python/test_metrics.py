"""The figures that several places show are those of gym_metrics, in each of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest
from conftest import Project

from python_udfs.disclosure_control import SMALLEST_SHOWN, STEP
from scripts.dashboard.staff import staff_data

Figures = dict[tuple[str, str], int]
# What the report calls a part, and whether its words are written otherwise there.
IN_THE_REPORT = {
    "check-ins by kind": ("check-ins", ""),
    "pass transfers by kind": ("pass transfers", ""),
    "interactions by type": ("interactions", ""),
    "connections by strength": ("connections", "strength "),
    "connections by affinity": ("affinity", ""),
    "customers by age": ("ages", ""),
}


@pytest.fixture(scope="module")
def published(sample_project) -> Path:
    built, result = sample_project
    assert isinstance(built, Project)
    assert result.returncode == 0, result.stderr
    return built.published


def query(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql(sql).fetchall()


@pytest.fixture(scope="module")
def metrics(published: Path) -> Figures:
    rows = query(published, "select section, metric, value from gym_metrics")
    return {(section, metric): value for section, metric, value in rows}


def test_they_are_what_the_tables_hold(published: Path, metrics: Figures) -> None:
    """Counted again, row by row."""
    found: Counter = Counter()
    for day, kind in query(
        published, "select interaction_date, interaction_type from customer_interactions"
    ):
        month = f"{day:%Y-%m}"
        found["totals", "interactions"] += 1
        found["interactions by type", kind] += 1
        found["interactions by month", month] += 1
        found["interactions by month and type", f"{month} {kind}"] += 1
    came = set()
    for customer_id, day, kind in query(
        published, "select customer_id, checkin_date, entry_kind from checkins"
    ):
        came.add(customer_id)
        found["totals", "check-ins"] += 1
        found["check-ins by kind", kind] += 1
        found["check-ins by month", f"{day:%Y-%m}"] += 1
    found["totals", "customers who came"] = len(came)
    for at, kind, buyer in query(
        published,
        "select checkin_datetime, transfer_type, purchaser_customer_id from pass_transfers",
    ):
        found["totals", "pass transfers"] += 1
        found["pass transfers by kind", kind] += 1
        found["pass transfers by buyer", "unknown" if buyer is None else "known"] += 1
        found["pass transfers by month", f"{at:%Y-%m}"] += 1
    for strength, affinity in query(
        published, "select strength_score, affinity_level from customer_connections"
    ):
        found["totals", "connections"] += 1
        found["connections by strength", str(strength)] += 1
        found["connections by affinity", affinity] += 1
    for (age,) in query(published, "select age_group from customers"):
        found["totals", "customers"] += 1
        found["customers by age", age] += 1
    found["totals", "crews"] = len(query(published, "from crews"))
    assert {key: value for key, value in metrics.items() if value} == dict(found)


def test_the_report_shows_them(published: Path, metrics: Figures) -> None:
    rows = query(published, "select section, metric, value from pipeline_report")
    report = {(section, metric): value for section, metric, value in rows}
    shown = 0
    for (section, metric), value in metrics.items():
        if section in IN_THE_REPORT:
            part, before = IN_THE_REPORT[section]
            assert report.get((part, before + metric), 0) == value, (section, metric)
            shown += 1
        elif section == "totals" and (metric, "total") in report:
            assert report[metric, "total"] == value
            shown += 1
    assert shown > 20
    known = metrics["pass transfers by buyer", "known"]
    assert report["purchaser matching", "purchaser known"] == known


def test_the_public_page_shows_them_to_the_nearest_ten(published: Path, metrics: Figures) -> None:
    rows = query(published, "select section, metric, value from public_totals")
    shown = [(row, metrics[row[:2]]) for row in rows if row[:2] in metrics]
    assert len(shown) > 60
    for (_, _, value), exact in shown:
        if value is None:
            assert exact < SMALLEST_SHOWN
        else:
            assert abs(value - exact) <= STEP / 2
    hidden = query(published, "select section, metric from gym_metrics where not is_public")
    assert set(hidden).isdisjoint(row[:2] for row in rows)


def test_the_staff_page_shows_them_and_counts_none_itself(
    published: Path, metrics: Figures, tmp_path: Path
) -> None:
    """Other figures in the table are other figures on the page."""
    copy = tmp_path / "published.duckdb"
    copy.write_bytes(published.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update gym_metrics set value = value + 1000")
        head, _ = staff_data(connection)
    places = {
        "people": ("totals", "customers"),
        "connections": ("totals", "connections"),
        "interactions": ("totals", "interactions"),
        "transfers": ("totals", "pass transfers"),
        "known_buyers": ("pass transfers by buyer", "known"),
        "crews": ("totals", "crews"),
    }
    for name, place in places.items():
        assert head["totals"][name] == metrics[place] + 1000, name
    for month, kind, value in head["months"]:
        assert value == metrics["interactions by month and type", f"{month} {kind}"] + 1000
    assert len(head["months"]) > 20
