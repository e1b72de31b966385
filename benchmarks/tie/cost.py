"""Measure what affinity and crews cost, as check-ins grow at constant density.

    python -m benchmarks.tie.cost WAREHOUSE --copies 1 27 267 --memory 5GB

WAREHOUSE has been built from one gym. Every copy of it is another gym with other customers, whose
arrivals are moved by up to two minutes. The copies stand where the model `arrivals` would put
them, so that reading exports is not counted; then dbt builds the models of affinity and crews in
a process of its own. Printed are its CPU seconds, dbt's start (about 5) included, and its peak
memory, and below them each model's wall seconds. --memory limits DuckDB, which then spills to disk.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import duckdb
import yaml

from benchmarks.tie import adapter

MODELS = "visit_days intermediate.affinity crews crew_members"


def write_copies(one_gym: Path, copies: int, warehouse: Path) -> int:
    """Make a warehouse in which several gyms' check-ins are staged; returns their number.

    Args:
        one_gym: a warehouse that was built from one gym's exports.
        copies: number of gyms.
        warehouse: the DuckDB file to write.
    """
    warehouse.unlink(missing_ok=True)
    seed = adapter.PROJECT / "seeds/strength_buckets.csv"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema intermediate; create schema seeds")
        connection.execute(f"create table seeds.strength_buckets as from read_csv('{seed}')")
        connection.execute(f"attach '{one_gym}' as one_gym (read_only)")
        connection.execute(
            "create table intermediate.arrivals as"
            " select customer_id + gym * 5_000_000 as customer_id,"
            " person_id + gym * 5_000_000 as person_id,"
            " location_id || '-' || gym as location_id, location_name, checkin_date, crowd,"
            " arrived_us + 1000000 * cast(hash(checkin_id, gym) % 120 as bigint) as arrived_us"
            f" from one_gym.intermediate.arrivals cross join range({copies}) as gyms(gym)"
            " where arrived_us < 86_220_000_000"
        )
        connection.execute(
            "create table intermediate.person_records (customer_id bigint, person_id bigint)"
        )
        count = connection.execute("select count(*) from intermediate.arrivals")
        return count.fetchone()[0]


def write_profile(project: Path, memory: str, folder: Path) -> None:
    """Write the project's profiles.yml with a memory limit into a folder."""
    profiles = yaml.safe_load((project / "profiles.yml").read_text())
    for profile in profiles.values():
        for output in profile["outputs"].values():
            output["settings"] = output.get("settings", {}) | {"memory_limit": memory}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))


def main(arguments: list[str]) -> int:
    """Print the figures of each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("warehouse", type=Path, help="a warehouse built from one gym")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 27], help="numbers of gyms")
    parser.add_argument("--memory", default="5GB", help="limit of DuckDB's memory")
    parser.add_argument("--project", type=Path, default=adapter.PROJECT, help="the dbt project")
    options = parser.parse_args(arguments)
    for copies in options.copies:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            write_profile(options.project, options.memory, folder)
            rows = write_copies(options.warehouse, copies, folder / "cost.duckdb")
            run = adapter.build(folder, folder / "cost.duckdb", options.project, MODELS, folder)
            print(
                f"{rows:>11,} check-ins  {run.cpu_seconds:7.1f} CPU s  {run.wall_seconds:7.1f} s"
                f"  {run.peak_mb:6,.0f} MB",
                flush=True,
            )
            for model, seconds in run.models:
                print(f"    {model:<28} {seconds:7.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
