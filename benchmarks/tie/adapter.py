"""Score the project's affinity on check-ins whose true ties are known.

    python -m benchmarks.tie.adapter --data DIR --scorer SCORE.py gym_a gym_b

For each set, DIR/<set>_checkins.parquet (customer_id, location_id, checkin_at, by position) is
written as raw exports, the project's own models are built on them by dbt, each set in a warehouse
of its own, and `SCORE.py <set> <set>.csv` judges person_1, person_2, score (affinity_bits; with
--score closeness or together_count another column) and probability (tie_probability). Ends with
status 0 when every judgement did. Without a scorer the warehouses stay below --out for judge.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

PROJECT = Path(__file__).resolve().parents[2]


def write_exports(check_ins: Path, exports: Path) -> None:
    """Write people, places and times as the two exports without which nothing is built.

    Args:
        check_ins: Parquet with a customer, a location and a local time, in this order.
        exports: root of the exports; made where it does not exist.
    """
    (exports / "capitan").mkdir(parents=True, exist_ok=True)
    (exports / "transactions").mkdir(exist_ok=True)
    connection = duckdb.connect()
    connection.execute(
        "create table visits as select #1 as customer_id, #2 as location_id, #3 as checkin_at"
        " from read_parquet(?)",
        [str(check_ins)],
    )
    connection.execute(
        "copy (select row_number() over () as checkin_id, customer_id,"
        " 'A' as customer_first_name, 'B' as customer_last_name, '' as customer_email,"
        " '' as customer_birthday, checkin_at as checkin_datetime, 'MEM' as entry_method,"
        " 'Monthly' as entry_method_description, location_id,"
        " 'Gym ' || location_id as location_name, 'False' as is_free_entry,"
        " '' as free_entry_reason, '' as lifetime_checkin_count, checkin_at as created_at"
        " from (from visits order by all))"
        f" to '{exports}/capitan/checkins.parquet' (format parquet)"
    )
    connection.execute(
        "copy (select customer_id, '' as email, '' as phone, 'A' as first_name, 'B' as last_name,"
        " '' as preferred_name, '' as birthday, 'False' as has_opted_in_to_marketing,"
        " 'False' as has_active_membership, 'True' as active_waiver_exists,"
        " '' as latest_waiver_expiration_date, '' as relations_url,"
        " '' as emergency_contacts_url, min(checkin_at) as created_at"
        " from visits group by customer_id order by customer_id)"
        f" to '{exports}/capitan/customers.parquet' (format parquet)"
    )
    connection.close()


class Run(NamedTuple):
    """What one run of dbt cost: its own process, start included, and each model."""

    cpu_seconds: float
    wall_seconds: float
    peak_mb: float
    models: list[tuple[str, float]]


def build(
    exports: Path, warehouse: Path, project: Path, selection: str, profiles: Path | None = None
) -> Run:
    """Build models, without tests, by dbt in a process of its own.

    Args:
        exports: root of the raw exports.
        warehouse: the DuckDB file to write.
        project: folder of the dbt project.
        selection: which models, in dbt's words, parted by blanks.
        profiles: folder of another profiles.yml than the project's.

    Returns:
        What it cost; of each model the wall seconds.

    Raises:
        RuntimeError: dbt failed; its output was printed.
    """
    target = warehouse.with_suffix(".target")
    environment = os.environ | {
        "GYM_RAW_EXPORTS": str(exports),
        "GYM_WAREHOUSE": str(warehouse),
        "GYM_EXPORTS_OUT": str(warehouse.with_suffix(".files")),
        "DBT_PROFILES_DIR": str(profiles or project),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
    }
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build"]
    command += ["--select", *selection.split()]
    command += ["--resource-type", "model", "--resource-type", "seed"]
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=project, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"dbt ended with status {process.returncode}")
    results = json.loads((target / "run_results.json").read_text())["results"]
    return Run(
        usage.ru_utime + usage.ru_stime,
        time.monotonic() - started,
        usage.ru_maxrss / 1024,
        [(result["unique_id"].split(".")[-1], result["execution_time"]) for result in results],
    )


def write_scores(warehouse: Path, scores: Path, score: str) -> None:
    """Write what the models found as a scorer reads it.

    Args:
        warehouse: a warehouse with pair_affinity.
        scores: the CSV to write.
        score: the column to rank by.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(
            "copy (select customer_id_1 as person_1, customer_id_2 as person_2,"
            f' "{score}" as score, tie_probability as probability'
            " from intermediate.pair_affinity order by customer_id_1, customer_id_2)"
            f" to '{scores}' (header)"
        )


def main(arguments: list[str]) -> int:
    """Build and judge every set; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--scorer", type=Path, help="script that judges a CSV; none: build only")
    parser.add_argument("--project", type=Path, default=PROJECT, help="folder of the dbt project")
    parser.add_argument("--out", type=Path, help="folder to keep warehouses and scores in")
    parser.add_argument("--score", default="affinity_bits", help="column to rank by")
    parser.add_argument("sets", nargs="+", help="names of sets")
    options = parser.parse_args(arguments)
    status = 0
    with tempfile.TemporaryDirectory() as scratch:
        out = (options.out or Path(scratch)).resolve()
        for name in options.sets:
            exports, warehouse = out / f"{name}_exports", out / f"{name}.duckdb"
            exports.mkdir(parents=True, exist_ok=True)
            write_exports(options.data / f"{name}_checkins.parquet", exports)
            build(exports, warehouse, options.project, "+pair_affinity +crews")
            write_scores(warehouse, out / f"{name}.csv", options.score)
            if not options.scorer:
                continue
            judged = subprocess.run(
                [sys.executable, str(options.scorer), name, str(out / f"{name}.csv")], check=False
            )
            status = max(status, judged.returncode)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
