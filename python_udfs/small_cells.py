"""Which counts of linked tables are hidden, so that nobody can tell a small one.

A count of 1 to SMALLEST_SHOWN - 1 may point at a person and is hidden. One hidden count among
shown ones is their total less the rest, so others are hidden beside it, the smallest that will do,
until every sum leaves at least SMALLEST_SHOWN possible values. Tables are linked by common totals
and by counts of one thing, so this is repeated until nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

# England's OpenSAFELY hides counts to 7, the US census bureau those below 15.
SMALLEST_SHOWN = 10

Cell = tuple[str, str]
Row = tuple[int, str, str, str | None, str | None, int]
TOTALS = "totals"


def one_more(values: Mapping[Cell, int], hidden: set[Cell], total: Cell, parts: Sequence[Cell]):
    """The cell to hide next in one sum, or None where what is hidden cannot be worked out.

    Example:
        >>> counts = {("", "all"): 60, ("", "a"): 3, ("", "b"): 40, ("", "c"): 17}
        >>> one_more(counts, {("", "a")}, ("", "all"), [("", "a"), ("", "b"), ("", "c")])
        ('', 'c')
    """
    veiled = [part for part in parts if part in hidden]
    if total in hidden:
        is_safe = bool(veiled)
    else:
        is_safe = not veiled or (
            len(veiled) > 1 and sum(values[part] for part in veiled) >= SMALLEST_SHOWN
        )
    if is_safe:
        return None
    # a zero would hide nothing: together with it the other one is still known
    shown = [part for part in parts if part not in hidden and values[part] > 0]
    if shown:
        return min(shown, key=lambda part: (values[part], part))
    return total if total not in hidden else None


def hidden_cells(
    values: Mapping[Cell, int],
    sums: Mapping[tuple[str, Cell], Sequence[Cell]],
    alike: Sequence[Sequence[Cell]] = (),
) -> set[Cell]:
    """The cells to hide.

    Args:
        values: count of each cell.
        sums: for a table and its total the cells that add up to it.
        alike: groups of cells that count one thing: all are hidden, or none.

    Example:
        >>> counts = {("", "all"): 60, ("t", "a"): 3, ("t", "b"): 40, ("t", "c"): 17}
        >>> sorted(hidden_cells(counts, {("t", ("", "all")): [*counts][1:]}))
        [('t', 'a'), ('t', 'c')]
    """
    hidden = {cell for cell, value in values.items() if 0 < value < SMALLEST_SHOWN}
    size = -1
    while len(hidden) != size:
        size = len(hidden)
        for group in alike:
            if not hidden.isdisjoint(group):
                hidden.update(group)
        for (_, total), parts in sorted(sums.items()):
            while (found := one_more(values, hidden, total, parts)) is not None:
                hidden.add(found)
    return hidden


def public_rows(rows: Sequence[Row]) -> pa.Table:
    """The rows of public_counts as those of public_totals, hidden values null.

    Example:
        >>> public_rows([(1, "totals", "crews", None, None, 3)])["value"].to_pylist()
        [None]
    """
    values = {(section, metric): value for _, section, metric, _, _, value in rows}
    sums: dict[tuple[str, Cell], list[Cell]] = defaultdict(list)
    alike: dict[str, list[Cell]] = defaultdict(list)
    for _, section, metric, part_of, counted_as, _ in rows:
        if part_of is not None:
            sums[section, (TOTALS, part_of)].append((section, metric))
        if counted_as is not None:
            alike[counted_as].append((section, metric))
    hidden = hidden_cells(values, sums, list(alike.values()))
    return pa.table(
        {
            "line_number": pa.array([row[0] for row in rows], pa.int32()),
            "section": pa.array([row[1] for row in rows], pa.string()),
            "metric": pa.array([row[2] for row in rows], pa.string()),
            "value": pa.array(
                [None if (row[1], row[2]) in hidden else row[5] for row in rows], pa.int64()
            ),
        }
    )
