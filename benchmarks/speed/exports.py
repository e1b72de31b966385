"""Exports of a chain of gyms: the sample generator's, and many of them as one.

The generator holds what it invents in memory, so ten million check-ins are ten chains of 27 gyms,
each from a seed of its own, with ids moved apart: one part file each, in folders as exports may be.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
MOVED = ("checkin_id", "customer_id", "member_id", "membership_id", "membership_type_id")
MOVED += ("owner_id", "related_customer_id")
PREFIXED = ("location_id", "transaction_id", "payment_id", "order_id", "stripe_customer_id")
APART = 1_000_000_000


def generate(out: Path, scale: float, seed: int = 1) -> Path:
    """Write (or find) the sample at a scale; the folder of its exports."""
    command = [sys.executable, "-m", "scripts", "sample", "--out", str(out)]
    command += ["--scale", str(scale), "--seed", str(seed)]
    subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return out / "exports"


def add_part(exports: Path, chain: Path, part: int) -> None:
    """Add one chain's exports as part files; damaged lines are left out."""
    with duckdb.connect() as connection:
        for file in sorted(exports.glob("*/*.csv")):
            rows = f"read_csv('{file}', all_varchar = true, header = true, ignore_errors = true)"
            names = connection.sql(f"from {rows}").columns
            columns = [
                f"coalesce(cast(try_cast({name} as bigint) + {part * APART} as varchar), {name})"
                f" as {name}"
                if name in MOVED
                else f"{part} || '-' || {name} as {name}"
                if name in PREFIXED
                else f'"{name}"'
                for name in names
            ]
            folder = chain / file.parent.name / file.stem
            folder.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"copy (select {', '.join(columns)} from {rows})"
                f" to '{folder}/part_{part:02}.csv' (header)"
            )


def chain_of_chains(work: Path, parts: int) -> Path:
    """Write (or find) so many chains of 27 gyms as one; the folder of the exports."""
    exports = work / f"chain_{parts}" / "exports"
    for part in range(parts):
        if not list(exports.glob(f"*/*/part_{part:02}.csv")):
            one = work / "one_chain"
            add_part(generate(one, 27, seed=part + 1), exports, part)
    return exports
