"""Measure what affinity and crews cost, as check-ins grow at constant density.

    python benchmarks/tie/cost.py --check-ins CHECKINS --copies 1 28 278

CHECKINS (a CSV or Parquet with customer_id, location_id and checkin_datetime) is one gym; every
copy of it is another gym with other customers, whose arrivals are moved by up to two minutes. The
check-ins are read and staged first, uncounted; then dbt runs the models of affinity and crews in
a process of its own, whose CPU seconds and peak memory are printed, dbt's start (about 5 CPU
seconds) included. --memory limits DuckDB, which then spills to disk.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import adapter
import duckdb

MODELS = "int_visit_days+"


def write_copies(check_ins: Path, copies: int, target: Path) -> int:
    """Write several gyms made of one; returns the number of check-ins.

    Args:
        check_ins: CSV or Parquet with customer_id, location_id and checkin_datetime.
        copies: number of gyms.
        target: the Parquet file to write: customer, location, local time.
    """
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select cast(customer_id as bigint) + gym * 5_000_000 as customer_id,"
            " location_id || '-' || gym as location_id,"
            " cast(checkin_datetime as timestamp)"
            " + to_seconds(cast(hash(customer_id, checkin_datetime, gym) % 120 as bigint))"
            f" as checkin_at from '{check_ins}', range({copies}) as gyms(gym))"
            f" to '{target}' (format parquet)"
        )
        return connection.execute(f"select count(*) from '{target}'").fetchone()[0]


def main(arguments: list[str]) -> int:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check-ins", type=Path, required=True, help="check-ins of one gym")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 28], help="numbers of gyms")
    parser.add_argument("--project", type=Path, default=adapter.PROJECT, help="the dbt project")
    parser.add_argument("--out", type=Path, help="folder to work and to keep the warehouses in")
    options = parser.parse_args(arguments)
    for copies in options.copies:
        with tempfile.TemporaryDirectory() as scratch:
            out = (options.out or Path(scratch)).resolve() / f"copies_{copies}"
            (out / "exports").mkdir(parents=True, exist_ok=True)
            rows = write_copies(options.check_ins, copies, out / "visits.parquet")
            adapter.write_exports(out / "visits.parquet", out / "exports")
            warehouse = out / "cost.duckdb"
            warehouse.unlink(missing_ok=True)
            adapter.build(out / "exports", warehouse, options.project, "+stg_capitan__checkins strength_buckets")
            run = adapter.build(out / "exports", warehouse, options.project, MODELS)
            print(
                f"{rows:>11,} check-ins  {run.cpu_seconds:7.1f} CPU s  {run.wall_seconds:7.1f} s"
                f"  {run.peak_mb:6,.0f} MB  {run.cpu_seconds / rows * 1e6:6.1f} CPU s a million",
                flush=True,
            )
            for model, seconds in run.models:
                print(f"    {model:<28} {seconds:7.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
