"""The compiled models of lapses, run on check-ins and memberships in memory: quick to ask often."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

PROJECT = Path(__file__).resolve().parents[2]
CATALOG = "gym_connections"
SELECTED = (
    "intermediate.lapses", "rushes", "pairs_by_month", "lapses", "slipping_away", "partner_lapses",
)  # fmt: skip
# What the models read, from what a gym says: everybody is a person with one record at one place.
INPUTS = """
    create table core.core_checkins as
    select
        customer_id, '1' as location_id, checkin_datetime,
        cast(checkin_datetime as date) as checkin_date
    from checkins
    where cast(checkin_datetime as date) <= $today;

    create table core.core_today as
    select coalesce($today, max(checkin_date)) as today from core.core_checkins;

    create table core.core_membership_people as
    select
        row_number() over (order by customer_id, start_date) as member_id, customer_id, start_date,
        end_date
    from memberships;

    create table intermediate.placeholder_records (customer_id bigint);
    create table intermediate.person_records (customer_id bigint, person_id bigint);

    create table intermediate.customer_relatives as
    select distinct
        one.customer_id, other.customer_id as relative_customer_id
    from memberships as one
    inner join memberships as other on one.household = other.household
    where one.customer_id != other.customer_id;

    create table intermediate.visit_days as
    select
        customer_id, customer_id as person_id, 1 as location_number, 'A' as location_name,
        checkin_date, min(us) as first_arrival_us, max(us) as last_arrival_us,
        list(us order by us) as arrivals_us
    from (
        select *, epoch_us(checkin_datetime - cast(checkin_date as timestamp)) as us
        from core.core_checkins
    )
    where $is_met
    group by customer_id, checkin_date
"""


class Gym(NamedTuple):
    """What the exports say of a gym: check-ins, and the memberships with their last day, if any.

    Attributes:
        checkins: customer_id and checkin_datetime.
        memberships: customer_id, household, start_date and end_date.
    """

    checkins: pa.Table
    memberships: pa.Table


def compile_models(folder: Path) -> None:
    """Let dbt write the SQL of the models of lapses below a folder."""
    environment = os.environ | {
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder),
        "GYM_RAW_EXPORTS": str(folder),
        "GYM_EXPORTS_OUT": str(folder / "files"),
        "GYM_WAREHOUSE": str(folder / f"{CATALOG}.duckdb"),
    }
    dbt = str(Path(sys.executable).with_name("dbt"))
    command = (dbt, "--quiet", "compile", "--select", *SELECTED)
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)


@cache
def ordered_models(folder: Path) -> list[tuple[str, str]]:
    """Name and SQL of the models compiled below a folder, each after those it reads."""
    manifest = json.loads((folder / "target/manifest.json").read_text())
    compiled = folder / "target/compiled" / CATALOG
    waiting = {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
        and (node["path"].startswith("intermediate/lapses") or node["name"] in SELECTED)
    }
    ordered: list[tuple[str, str]] = []
    while waiting:
        for unique_id in sorted(waiting):
            node = waiting[unique_id]
            if not set(node["depends_on"]["nodes"]) & set(waiting):
                sql = (compiled / node["original_file_path"]).read_text()
                ordered.append((f"{node['schema']}.{node['name']}", sql))
                del waiting[unique_id]
    return ordered


def run_models(
    folder: Path,
    gym: Gym,
    today: date | None = None,
    wanted: Callable[[str], bool] = lambda name: True,
    threads: int = 2,
    with_meetings: bool = True,
) -> duckdb.DuckDBPyConnection:
    """Build the models of lapses on a gym, in memory.

    Args:
        folder: where the models were compiled.
        gym: what its exports say.
        today: the day that counts as today, with what lies after it unknown; none for the last day.
        wanted: says of a model, by its name without the schema, whether to build it.
        threads: of DuckDB.
        with_meetings: whether people meet, which takes most of the time.
    """
    connection = duckdb.connect(config={"threads": threads})
    connection.execute(f"attach ':memory:' as {CATALOG}; use {CATALOG}")
    connection.execute("create schema core; create schema intermediate")
    connection.register("checkins", gym.checkins)
    connection.register("memberships", gym.memberships)
    last = connection.execute("select max(cast(checkin_datetime as date)) from checkins").fetchone()
    as_of = f"date '{today or last[0]}'"
    inputs = INPUTS.replace("$today", as_of).replace("$is_met", str(with_meetings))
    for statement in inputs.split(";"):
        connection.execute(statement)
    for name, sql in ordered_models(folder):
        if wanted(name.split(".")[-1]):
            connection.execute(f"create table {CATALOG}.{name} as {sql}")
    return connection
