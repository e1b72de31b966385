"""The compiled models of affinity and crews, run on check-ins in memory: quick to ask often."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
from conftest import PROJECT, Project, Warm, once

CATALOG = "gym_connections"
BESIDE = ("visit_days", "crews", "crew_members")
Visit = tuple[int, str | None, datetime]


def compile_models(folder: Path) -> None:
    """Let dbt write the SQL of the models of affinity and crews below a folder."""
    dbt = str(Path(sys.executable).with_name("dbt"))
    selected = ("--select", "intermediate.affinity", *BESIDE)
    done = Project(folder, folder).run(dbt, "--quiet", "compile", *selected)
    assert done.returncode == 0, done.stdout


@cache
def compiled_models() -> list[tuple[str, str]]:
    """Name and SQL of the models of affinity and crews, each after those it reads."""
    folder = once(Warm.shared, "affinity", compile_models)
    manifest = json.loads((folder / "target/manifest.json").read_text())
    waiting = {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and (node["path"].startswith("intermediate/affinity") or node["name"] in BESIDE)
    }
    ordered: list[tuple[str, str]] = []
    while waiting:
        for unique_id in sorted(waiting):
            node = waiting[unique_id]
            if not set(node["depends_on"]["nodes"]) & set(waiting):
                path = folder / "target/compiled" / CATALOG / node["original_file_path"]
                ordered.append((f"{node['schema']}.{node['name']}", path.read_text()))
                del waiting[unique_id]
    return ordered


def run_models(visits: Iterable[Visit], threads: int = 2) -> duckdb.DuckDBPyConnection:
    """Build affinity and crews from visits: customer, place, local time.

    Example:
        >>> run_models([]).sql("from main.crews").fetchall()
        []
    """
    connection = duckdb.connect(config={"threads": threads})
    connection.execute(f"attach ':memory:' as {CATALOG}; use {CATALOG}")
    for schema in ("staging", "intermediate", "seeds"):
        connection.execute(f"create schema {schema}")
    customers, places, times = zip(*visits, strict=True) if visits else ((), (), ())
    arrived = pa.table(  # noqa: F841, DuckDB finds it by its name
        {
            "customer_id": pa.array(customers, pa.int64()),
            "location_id": pa.array(places, pa.string()),
            "checkin_datetime": pa.array(times, pa.timestamp("us")),
        }
    )
    # everybody here is a person with one record, and no crowd comes at once
    connection.execute(
        """create table intermediate.arrivals as
        select
            *,
            customer_id as person_id,
            location_id as location_name,
            cast(null as varchar) as crowd,
            cast(checkin_datetime as date) as checkin_date,
            epoch_us(checkin_datetime) - epoch_us(date_trunc('day', checkin_datetime))
            as arrived_us
        from arrived where location_id is not null"""
    )
    connection.execute(
        "create table intermediate.person_records (customer_id bigint, person_id bigint)"
    )
    seed = PROJECT / "seeds/strength_buckets.csv"
    connection.execute(f"create table seeds.strength_buckets as from read_csv('{seed}')")
    for name, sql in compiled_models():
        connection.execute(f"create table {CATALOG}.{name} as {sql}")
    return connection
