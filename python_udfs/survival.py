"""Shares of guests who became members, by Kaplan-Meier, and exact intervals of hosts' ratios.

Pure functions over scipy: no I/O, no global state, the same rows in the same order. SQL decides who
is a guest, how long each was seen, and what a host could expect (`models/intermediate/guests`).
scipy takes half a second to import: only the models that need it import this.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pyarrow as pa
from scipy.special import gdtrib
from scipy.stats import CensoredData, binom, ecdf, gamma

CONFIDENCE = 0.95
TAIL = (1 - CONFIDENCE) / 2
SHARES_SCHEMA = pa.schema(
    [
        ("entry_kind", pa.string()),
        ("is_child", pa.bool_()),
        ("horizon_days", pa.int32()),
        ("guests", pa.int64()),
        ("events", pa.int64()),
        ("at_risk", pa.int64()),
        ("share", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)
INTERVALS_SCHEMA = pa.schema(
    [
        ("host_customer_id", pa.int64()),
        ("ratio_low", pa.float64()),
        ("ratio_high", pa.float64()),
        ("chance_above", pa.float64()),
    ]
)


def converted_share(
    converted: Sequence[int], unconverted: Sequence[int], horizon: int
) -> tuple[float, float, float] | None:
    """The share converted within a horizon, by Kaplan-Meier, with its 95 % interval.

    Args:
        converted: days from the first visit to the conversion, of those who converted.
        unconverted: days for which each of the others was seen.
        horizon: in days.

    Returns:
        Share, low and high: Greenwood's variance on the log-log scale. Where nobody or everybody
        converted it has none, and the exact binomial interval of those seen so long stands in.
        None where nobody was seen so long and somebody was not yet converted.

    Example:
        Of four, one converts on day 10, one was seen for 5 days only; a third of the other three.

        >>> share, low, high = converted_share([10], [5, 90, 90], 30)
        >>> round(share, 3), round(low, 3), round(high, 3)
        (0.333, 0.055, 0.946)
        >>> converted_share([10], [20], 30) is None
        True
    """
    seen = [day for day in (*converted, *unconverted) if day >= horizon]
    curve = ecdf(CensoredData(uncensored=converted, right=unconverted)).sf
    survival = float(curve.evaluate(horizon))
    if not seen and survival > 0:
        return None
    if survival in (0, 1):
        # (TAIL) ** (1 / n) is the bound of Clopper and Pearson for none, or all, of n
        bound = TAIL ** (1 / max(1, len(seen) if survival else len(converted)))
        return (0.0, 0.0, 1 - bound) if survival else (1.0, bound, 1.0)
    with warnings.catch_warnings():
        # before the first conversion, which is not asked for
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = curve.confidence_interval(CONFIDENCE, method="log-log")
    low, high = (float(side.evaluate(horizon)) for side in (interval.low, interval.high))
    return 1 - survival, 1 - high, 1 - low


def conversion_shares(guests: pa.Table, horizons: Sequence[int]) -> pa.Table:
    """The converted share per entry kind, child or adult, and horizon.

    Args:
        guests: one row each: entry_kind, is_child, days_to_membership (null for none) and
            observed_days.
        horizons: in days.
    """
    columns = ("entry_kind", "is_child", "days_to_membership", "observed_days")
    rows = sorted(
        zip(*(guests.column(name).to_pylist() for name in columns), strict=True),
        key=lambda row: row[:2],
    )
    found = []
    for (kind, is_child), group in groupby(rows, key=lambda row: row[:2]):
        members = list(group)
        converted = [days for _, _, days, _ in members if days is not None]
        unconverted = [seen for _, _, days, seen in members if days is None]
        for horizon in sorted(horizons):
            share = converted_share(converted, unconverted, horizon)
            events = sum(days <= horizon for days in converted)
            at_risk = sum(day >= horizon for day in (*converted, *unconverted))
            numbers = (None,) * 3 if share is None else tuple(round(x, 6) for x in share)
            found.append((kind, is_child, horizon, len(members), events, at_risk, *numbers))
    arrays = zip(*found, strict=True) if found else [[] for _ in SHARES_SCHEMA]
    return pa.table([*map(list, arrays)], schema=SHARES_SCHEMA)


def ratio_intervals(hosts: pa.Table, min_conversions: int = 1) -> pa.Table:
    """The exact 95 % interval of observed over expected, and how often luck alone lies above 1.

    Observed counts as Poisson (Garwood's interval, by quantiles of the gamma distribution, which
    take weighted counts too). It is on the safe side: a guest converts once at most. So luck is
    that of so many guests who convert or not, each with the share that was expected.

    Args:
        hosts: one row each: host_customer_id, guest_count, guests (weighted), converted and
            expected_converted (above 0).
        min_conversions: with fewer nobody is said to be above 1.

    Example:
        >>> host = {"host_customer_id": 7, "guest_count": 20, "guests": 20}
        >>> host |= {"converted": 6, "expected_converted": 2}
        >>> [row] = ratio_intervals(pa.Table.from_pylist([host])).to_pylist()
        >>> row["ratio_low"], row["ratio_high"], row["chance_above"]
        (1.100947, 6.529737, 0.011253)
    """
    counts, guests, observed, expected = (
        np.array(hosts.column(name).to_pylist(), dtype=float)
        for name in ("guest_count", "guests", "converted", "expected_converted")
    )
    # of 0 the quantile is 0, by definition and not by scipy
    low = np.where(observed > 0, gamma.ppf(TAIL, np.maximum(observed, 1e-9)), 0) / expected
    high = gamma.ppf(1 - TAIL, observed + 1) / expected
    # the least number of guests, of the host's mean weight, that puts the interval above 1
    needed = np.floor(gdtrib(1, TAIL, expected) * counts / guests) + 1
    needed = np.maximum(needed, min_conversions)
    above = binom.sf(needed - 1, counts, np.minimum(expected / guests, 1))
    numbers = [np.round(array, 6) for array in (low, high, above)]
    return pa.table([hosts.column("host_customer_id"), *numbers], schema=INTERVALS_SCHEMA)
