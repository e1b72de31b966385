"""Judge tie_probability against ties that are known, the worst gym first.

    python -m benchmarks.tie.judge DATA OUT [SET ...]

DATA holds <set>_truth.csv (or .csv.gz; person_1, person_2, kind; without a kind no tie), OUT the
warehouse <set>.duckdb that adapter.py built with --out. All sets found by default. For each set:
of the pairs that met twice or more precision and recall at affinity_together_probability 0.9,
recall by kind and by meetings, and how tie_probability is calibrated.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import duckdb

MEETINGS = ((2, 2), (3, 4), (5, 10), (11, 39), (40, None))
BINS = (0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01)


class Verdict(NamedTuple):
    """One set: its headline and the lines below it."""

    name: str
    worst: float  # the recall, or less the share of false alarms where there is no tie
    lines: list[str]


def share(part: int, whole: int) -> str:
    """Three decimals, or a dash where there is nothing to divide by."""
    return f"{part / whole:.3f}" if whole else "-"


def judge(name: str, truth: Path, warehouse: Path) -> Verdict:
    """Compare one warehouse with its truth."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        pairs = connection.execute(
            "select together_count, cast(coalesce(tie_probability, 0) as double),"
            " coalesce(kind, '')"
            " from intermediate.pair_affinity left join ("
            " select least(person_1, person_2) as customer_id_1,"
            " greatest(person_1, person_2) as customer_id_2, kind"
            " from read_csv(?, types = {'kind': 'varchar'}))"
            " using (customer_id_1, customer_id_2) where together_count >= 2",
            [str(truth)],
        ).fetchall()
    called = [pair for pair in pairs if pair[1] >= 0.9]
    ties = [pair for pair in pairs if pair[2]]
    right = sum(1 for pair in called if pair[2])
    lines = [
        f"{name}: {len(pairs):,} pairs, {len(ties):,} ties; at 0.9 {len(called):,} called,"
        f" precision {share(right, len(called))}, recall {share(right, len(ties))}"
    ]
    for kind in sorted({pair[2] for pair in ties}):
        cells = []
        for low, high in MEETINGS:
            some = [p for p in ties if p[2] == kind and low <= p[0] <= (high or p[0])]
            found = sum(1 for pair in some if pair[1] >= 0.9)
            label = f"{low}+" if high is None else f"{low}" if low == high else f"{low}-{high}"
            cells.append(f"{label}: {share(found, len(some))} of {len(some)}")
        lines.append(f"    {kind:<12} " + "  ".join(cells))
    for low, high in pairwise(BINS):
        some = [pair for pair in pairs if low <= pair[1] < high]
        if some:
            mean = sum(pair[1] for pair in some) / len(some)
            true = sum(1 for pair in some if pair[2])
            lines.append(
                f"    {low:.2f}-{min(high, 1):.2f}  {len(some):>7} pairs"
                f"  mean {mean:.3f}  true {share(true, len(some))}"
            )
    worst = right / len(ties) if ties else 1 - len(called) / max(1, len(pairs))
    return Verdict(name, worst, lines)


def main(data: str, out: str, *names: str) -> int:
    """Print every set, the one of the lowest recall first; returns the exit status."""
    truths = {path.name.split("_truth.csv")[0]: path for path in Path(data).glob("*_truth.csv*")}
    verdicts = [
        judge(name, truths[name], Path(out) / f"{name}.duckdb")
        for name in sorted(truths)
        if (not names or name in names) and (Path(out) / f"{name}.duckdb").exists()
    ]
    for verdict in sorted(verdicts, key=lambda each: (each.worst, each.name)):
        print("\n".join(verdict.lines))
    return 0 if verdicts else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
