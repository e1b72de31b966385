"""The public page: the totals of public_totals, and nothing else is read.

It has no script. Figures are to the nearest ten, a small one says only that it is small, and the
page says where a table is missing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import groupby

import duckdb

from python_udfs.disclosure_control import SMALLEST_SHOWN, STEP

KINDS = {
    "check-ins by kind": "Check-ins by kind of entry",
    "interactions by type": "Interactions by type",
    "connections by strength": "Pairs by strength",
    "connections by affinity": "Pairs by affinity",
    "pass transfers by kind": "Passes bought by somebody else, by kind",
    "pass transfers by buyer": "Is the buyer of such a pass known?",
}
MONTHS = {
    "check-ins by month": "Check-ins by month",
    "pass transfers by month": "Passes bought by somebody else, by month",
    "interactions by month": "Interactions by month",
}
# In the order in which they are shown.
WORDS = {
    "membership": "membership", "entry_pass": "entry pass", "free": "free entry",
    "guest_pass": "guest pass", "event": "event", "other": "other",
    "same_day_checkin": "arrived within half an hour of each other",
    "shared_pass": "one came in on the other's pass",
    "same_purchase_group": "came in on passes of one purchase",
    "family_membership": "are on one membership", "frequent_guest": "one was the other's guest",
    "1": "1: one interaction", "2": "2: two", "3": "3: three or four", "4": "4: five to nine",
    "5": "5: ten or more",
    "together": "together: they meet more than chance explains", "maybe": "maybe",
    "chance": "chance: no more than chance explains", "too_few": "too few meetings to judge",
}  # fmt: skip
# Not from the calendar module, which follows the machine's language.
MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
TILES = {
    "check-ins": "check-ins",
    "customers who came": "people came",
    "pass transfers": "passes bought by somebody else",
    "interactions": "interactions",
    "connections": "pairs who met",
    "crews": "crews",
}
SMALL = f"fewer than {SMALLEST_SHOWN}"


def count(value: int | None) -> str:
    """A count as it is shown.

    Example:
        >>> count(1230), count(None)
        ('1,230', 'fewer than 15')
    """
    return SMALL if value is None else f"{value:,}"


def label(metric: str) -> str:
    """What a reader calls a metric.

    Example:
        >>> label("entry_pass"), label("2025-01")
        ('entry pass', 'Jan 2025')
    """
    if re.fullmatch(r"\d{4}-\d{2}", metric):
        return f"{MONTH_NAMES[int(metric[5:]) - 1]} {metric[:4]}"
    return WORDS.get(metric, metric)


def table(heading: str, rows: Sequence[tuple[str, int | None]]) -> str:
    """One section as a table with a bar for each figure."""
    if all(metric in WORDS for metric, _ in rows):
        rows = sorted(rows, key=lambda row: list(WORDS).index(row[0]))
    most = max((value for _, value in rows if value is not None), default=0) or 1
    lines = []
    for metric, value in rows:
        text = f'<span class="muted">{SMALL}</span>' if value is None else count(value)
        width = 0.0 if value is None else round(100 * value / most, 1)
        lines.append(
            f'<tr><th scope="row">{escape(label(metric))}</th>'
            f'<td class="number">{text}</td>'
            '<td class="bar" aria-hidden="true">'
            '<svg viewBox="0 0 100 10" preserveAspectRatio="none">'
            f'<rect class="fill" width="{width}" height="10" rx="1"></rect></svg></td></tr>'
        )
    return (
        f'<section class="panel"><h2>{escape(heading)}</h2><table class="bars">'
        '<thead class="unseen"><tr><th scope="col">what</th><th scope="col">count</th><td></td>'
        "</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></section>"
    )


def public_body(connection: duckdb.DuckDBPyConnection) -> str:
    """The page's body, from public_totals."""
    rows = connection.sql(
        "select section, metric, value from public_totals order by line_number"
    ).fetchall()
    sections = {
        section: [(metric, value) for _, metric, value in group]
        for section, group in groupby(rows, key=lambda row: row[0])
    }
    totals = dict(sections.pop("totals", []))
    tiles = "".join(
        f'<div class="tile"><dd>{count(totals[metric])}</dd><dt>{words}</dt></div>'
        for metric, words in TILES.items()
        if metric in totals
    )
    kinds, months = (
        "".join(
            table(heading, sections[name]) for name, heading in part.items() if name in sections
        )
        for part in (KINDS, MONTHS)
    )
    left_out = [words for metric, words in TILES.items() if metric not in totals]
    left_out += [words for name, words in (KINDS | MONTHS).items() if name not in sections]
    missing = (
        "Left out, because too few people stand behind them or a count below"
        f" {SMALLEST_SHOWN} could be worked out: {'; '.join(f'“{words}”' for words in left_out)}."
        if left_out
        else ""
    )
    return (
        f'<dl class="tiles">{tiles}</dl><div class="panels">{kinds}</div>'
        f'<div class="panels three">{months}</div>'
        f'<p class="note">Figures are to the nearest {STEP}. {missing}</p>'
    )
