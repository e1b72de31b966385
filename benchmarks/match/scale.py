"""Time and memory of the purchaser match on a large invented chain of gyms.

    python -m benchmarks.match.scale [--customers 1000000] [--names 100000]

Writes invented exports, builds everything before the match, and then measures the match's own
models in one dbt process: CPU seconds, peak memory, rows. One pass per name, 40 gyms, and three
ordinary visits beside each; one name in ten is misspelled and one in twenty is a stranger's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

PROJECT = Path(__file__).resolve().parents[2]
DBT = str(Path(sys.executable).with_name("dbt"))
MATCH = ["path:models/intermediate/matching", "linked_records", "full_names", "duplicate_records"]
COUNTED = ("match_word_pairs", "match_name_weights", "pass_transfers_matched")
GYMS, DAYS = 40, 365


def vocabulary(random: np.random.Generator, size: int) -> np.ndarray:
    """Invented, distinct, pronounceable names."""
    consonants, vowels = list("bcdfghjklmnprstvwz"), list("aeiou")
    words: dict[str, None] = {}
    while len(words) < size:
        syllables = random.integers(2, 5)
        words["".join(
            random.choice(consonants) + random.choice(vowels) for _ in range(syllables)
        )] = None  # fmt: skip
    return np.array(list(words))


def drawn(random: np.random.Generator, words: np.ndarray, size: int) -> np.ndarray:
    """Words by a Zipf-like law: few common ones, many rare ones."""
    weights = 1 / (np.arange(len(words)) + 20)
    return words[random.choice(len(words), size, p=weights / weights.sum())]


def misspelled(random: np.random.Generator, name: str) -> str:
    place = int(random.integers(1, len(name) - 1))
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def write_exports(exports: Path, customers: int, names: int) -> None:
    random = np.random.default_rng(7)
    given = vocabulary(random, 4_000)
    family = vocabulary(random, max(customers // 8, 1_000))
    first, last = drawn(random, given, customers), drawn(random, family, customers)
    full = np.char.add(np.char.add(first, " "), last)
    shown = np.unique(full[random.permutation(customers)])[: names * 2]
    shown = shown[random.permutation(len(shown))][:names].astype(object)
    for place in range(0, names, 10):
        shown[place] = misspelled(random, shown[place])
    for place in range(5, names, 20):
        shown[place] = "".join(random.choice(given, 2)) + " " + "".join(random.choice(family, 2))
    visits = names * 4
    days = np.datetime64("2024-01-01T08:00") + (
        random.integers(0, DAYS, visits) * 1440 + random.integers(0, 700, visits)
    ).astype("timedelta64[m]")
    descriptions = np.full(visits, "Day Pass (1 remaining)", dtype=object)
    descriptions[:names] = [f"Day Pass from {name} (0 remaining)" for name in shown]
    (exports / "capitan").mkdir(parents=True)
    with duckdb.connect() as connection:
        people = {"id": np.arange(1, customers + 1), "first": first, "last": last}
        connection.register("people", people)
        connection.execute(
            f"""copy (
                select id as customer_id, 'p' || id || '@example.com' as email, '' as phone,
                    first as first_name, last as last_name, '' as preferred_name,
                    date '1950-01-01' + cast(hash(id) % 20000 as integer) as birthday,
                    'f' as has_opted_in_to_marketing, 'f' as has_active_membership,
                    'f' as active_waiver_exists, '' as latest_waiver_expiration_date,
                    '' as relations_url, '' as emergency_contacts_url,
                    '2023-01-01 00:00:00' as created_at
                from people order by id
            ) to '{exports}/capitan/customers.csv' (header)"""
        )
        checkins = {
            "id": np.arange(1, visits + 1),
            "customer": random.integers(1, customers + 1, visits),
            "visited_at": days.astype("datetime64[us]"),
            "gym": random.integers(1, GYMS + 1, visits),
            "description": descriptions,
        }
        connection.register("visits", checkins)
        connection.execute(
            f"""copy (
                select id as checkin_id, customer as customer_id, '' as customer_first_name,
                    '' as customer_last_name, '' as customer_email, '' as customer_birthday,
                    visited_at as checkin_datetime, 'ENT' as entry_method,
                    description as entry_method_description, gym as location_id,
                    'Gym ' || gym as location_name, '' as is_free_entry, '' as free_entry_reason,
                    '' as lifetime_checkin_count, visited_at as created_at
                from visits order by id
            ) to '{exports}/capitan/checkins.csv' (header)"""
        )


def dbt(arguments: list[str], environment: dict[str, str]) -> tuple[float, float, float]:
    """Run dbt; returns CPU seconds, peak megabytes and wall seconds of its process."""
    started = time.monotonic()
    process = subprocess.Popen(
        [DBT, *arguments], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(output)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="keep exports and warehouse in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        work = (arguments.keep or Path(scratch)).resolve()
        write_exports(work / "exports", arguments.customers, arguments.names)
        environment = os.environ | {
            "GYM_RAW_EXPORTS": str(work / "exports"),
            "GYM_WAREHOUSE": str(work / "scale.duckdb"),
            "GYM_EXPORTS_OUT": str(work / "files"),
            "DBT_TARGET_PATH": str(work / "target"),
            "DBT_LOG_PATH": str(work / "logs"),
        }
        before = ["--resource-type", "model", "--resource-type", "seed"]
        dbt(
            ["build", "--select", "+pass_transfers_matched", *before, "--exclude", *MATCH],
            environment,
        )
        print("run            CPU s  wall s  peak MB")
        for run in ("first", "again"):
            cpu, memory, wall = dbt(["run", "--select", *MATCH], environment)
            print(f"{run:12s} {cpu:7.1f} {wall:7.1f} {memory:8.0f}")
        with duckdb.connect(str(work / "scale.duckdb"), read_only=True) as connection:
            connection.execute("set schema = 'intermediate'")
            for table in COUNTED:
                (rows,) = connection.sql(f"select count(*) from {table}").fetchall()[0]
                print(f"{table}: {rows:,} rows")


if __name__ == "__main__":
    main()
