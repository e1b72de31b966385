"""Estimate the shares in match_parameters from the last build, without labels.

Expectation-maximisation: the posteriors of the last build say how likely each candidate is the
purchaser; counted with these weights, candidates give new shares; with the new shares the match
models run again. Pseudo-counts keep the old value where little is seen. The warehouse is a copy,
the seed is not changed: what comes out is a table, old beside new, to be reviewed.

    python -m scripts estimate-match-parameters [--warehouse FILE] [--rounds 3] [--out new.csv]
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

from python_udfs import settings

PROJECT = Path(__file__).resolve().parents[2]
# The share of all purchasers that the old value counts for.
PRIOR_SHARE = 0.03
MODELS = "path:models/intermediate/matching"

# One row per parameter: how often a purchaser shows it, and out of how many, by expectation.
EXPECTED_COUNTS = """
with posteriors as (
    select
        purchaser_group_id,
        customer_id,
        first_name_agreement,
        last_name_agreement,
        record_posterior as weight,
        absent_posterior
    from intermediate.match_probabilities
),
levels as (
    select 'first_' || first_name_agreement || '_m' as parameter, sum(weight) as shown
    from posteriors
    where first_name_agreement in ('exact', 'nickname', 'diminutive', 'near', 'far', 'mismatch')
        and last_name_agreement not in ('initial', 'missing')
    group by all
    union all
    select 'last_' || last_name_agreement || '_m', sum(weight)
    from posteriors
    where last_name_agreement in ('exact', 'half', 'near', 'far', 'mismatch')
        and first_name_agreement not in ('initial', 'missing')
    group by all
),
visits as (
    select
        events.pass_kind || '_' || checkins.visit_level || '_m' as parameter,
        events.pass_kind,
        sum(posteriors.weight) as shown
    from intermediate.match_visit_weights as checkins
    inner join intermediate.match_groups as events
        on checkins.checkin_id = events.checkin_id
    inner join posteriors
        on events.purchaser_group_id = posteriors.purchaser_group_id
            and checkins.customer_id = posteriors.customer_id
    group by all
),
records as (
    select
        events.pass_kind = 'guest' as is_guest,
        records.is_member,
        records.is_too_young_to_buy as is_child,
        records.is_later,
        families.relatives > 0 as has_relatives,
        candidates.relative_steps is not null as is_relative,
        posteriors.weight
    from intermediate.match_record_weights as records
    inner join intermediate.match_groups as events
        on records.checkin_id = events.checkin_id
    inner join intermediate.match_families as families
        on records.checkin_id = families.checkin_id
    inner join intermediate.match_household_weights as candidates
        on records.checkin_id = candidates.checkin_id
            and records.customer_id = candidates.customer_id
    inner join posteriors
        on events.purchaser_group_id = posteriors.purchaser_group_id
            and records.customer_id = posteriors.customer_id
),
groups as (
    select
        events.purchaser_group_id,
        min(events.pass_kind) = 'guest' and max(events.pass_kind) = 'guest' as is_guest,
        coalesce(max(posteriors.absent_posterior), 1) as absent
    from intermediate.match_groups as events
    left join posteriors
        on events.purchaser_group_id = posteriors.purchaser_group_id
    group by events.purchaser_group_id
)
select parameter, shown, sum(shown) over (partition by split_part(parameter, '_', 1)) as total
from levels
union all
select parameter, shown, sum(shown) over (partition by pass_kind) from visits
union all
select 'guest_member_m', sum(weight) filter (where is_member), sum(weight)
from records where is_guest
union all
select 'child_m', sum(weight) filter (where is_child), sum(weight)
from records where is_child is not null
union all
select 'later_m', sum(weight) filter (where is_later), sum(weight)
from records where is_later is not null
union all
select 'household_share', sum(weight) filter (where is_relative), sum(weight)
from records where has_relatives
union all
select 'absent_share', sum(absent), count(*) from groups where not is_guest
union all
select 'absent_share_guest', sum(absent), count(*) from groups where is_guest
"""


def estimate(warehouse: Path) -> dict[str, tuple[float, float]]:
    """Expected count and total of each parameter that the build can tell."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("use " + warehouse.stem)
        rows = connection.sql(EXPECTED_COUNTS).fetchall()
    return {name: (float(shown or 0), float(total)) for name, shown, total in rows if total}


def parameters(warehouse: Path) -> dict[str, float]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.sql("select parameter, value from seeds.match_parameters").fetchall()
    return dict(rows)


def set_parameters(warehouse: Path, values: dict[str, float]) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.executemany(
            "update seeds.match_parameters set value = ? where parameter = ?",
            [(value, name) for name, value in values.items()],
        )


def rematch(warehouse: Path, work: Path) -> None:
    """Run the match models on the warehouse with the parameters that stand in it."""
    command = [
        str(Path(sys.executable).with_name("dbt")), "run",
        "--select", MODELS,
    ]  # fmt: skip
    environment = os.environ | {
        "GYM_WAREHOUSE": str(warehouse),
        "GYM_TARGET": "",
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
    }
    result = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise SystemExit(result.stdout + result.stderr)


def main(warehouse: Path | None, rounds: int, out: Path | None) -> int:
    """Estimate and print; returns the exit status.

    Args:
        warehouse: a private file, if not the last build's.
        rounds: how often to estimate and to match.
        out: a CSV file for what is printed.
    """
    warehouse = warehouse or PROJECT / settings.load().warehouse
    if not warehouse.exists():
        print(f"{warehouse} is not there yet: run make build first", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        # The same file name, because views carry the name of their database.
        copy = Path(scratch) / warehouse.name
        shutil.copy(warehouse, copy)
        old = parameters(copy)
        new: dict[str, float] = {}
        for _ in range(rounds):
            counts = estimate(copy)
            new = {
                name: round((shown / total + PRIOR_SHARE * old[name]) / (1 + PRIOR_SHARE), 4)
                for name, (shown, total) in sorted(counts.items())
                if name in old
            }
            set_parameters(copy, new)
            rematch(copy, Path(scratch))
    print(f"{'parameter':24s} {'old':>8s} {'new':>8s}")
    for name, value in new.items():
        print(f"{name:24s} {old[name]:8.4f} {value:8.4f}")
    if out:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("parameter", "old", "new"))
            writer.writerows((name, old[name], value) for name, value in new.items())
    return 0
