"""What became of who was listed, and of who was held out, by the estimator of python_udfs.survival.

Pure functions: no I/O, the same rows in the same order. scipy takes half a second to import: it is
imported only where there is something to compare.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pyarrow as pa

SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("round", pa.int64()),
        ("arm", pa.string()),
        ("horizon_days", pa.int32()),
        ("outcomes", pa.int64()),
        ("share", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)


def arm_shares(people: pa.Table, horizons: Sequence[int]) -> pa.Table:
    """The share of each arm with the outcome, by Kaplan-Meier, where all of a round were followed.

    Args:
        people: one row each, of full rounds, in the order of kind, round and arm: beside these
            days_to_outcome (null for none) and observed_days.
        horizons: in days.
    """
    names = ("kind", "round", "arm", "days_to_outcome", "observed_days")
    rows = [*zip(*(people.column(name).to_pylist() for name in names), strict=True)]
    found: list[tuple] = []
    for (kind, number), in_round in groupby(rows, key=lambda row: row[:2]):
        members = list(in_round)
        followed = min(row[4] for row in members)
        for arm, in_arm in groupby(members, key=lambda row: row[2]):
            own = list(in_arm)
            for horizon in sorted(horizons):
                if horizon <= followed:
                    found.append((kind, number, arm, horizon, *_share(own, horizon)))
    arrays = zip(*found, strict=True) if found else [[] for _ in SCHEMA]
    return pa.table([*map(list, arrays)], schema=SCHEMA)


def _share(rows: Sequence[tuple], horizon: int) -> tuple:
    from python_udfs.survival import converted_share

    had = [days for *_, days, _ in rows if days is not None]
    had_not = [seen for *_, days, seen in rows if days is None]
    estimated = converted_share(had, had_not, horizon)
    numbers = (None,) * 3 if estimated is None else tuple(round(x, 6) for x in estimated)
    return sum(days <= horizon for days in had), *numbers
