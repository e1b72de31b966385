"""Small counts are hidden, and nobody works them out from what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_cells import SMALLEST_SHOWN, Cell, hidden_cells, public_rows

TOTAL = ("totals", "all")


def gym(kinds: Mapping[str, int], months: Mapping[str, int]):
    """Two tables that add up to one total, as rows of public_counts."""
    rows = [(1, *TOTAL, None, None, sum(kinds.values()))]
    for section, counts in (("all by kind", kinds), ("all by month", months)):
        rows += [
            (len(rows) + place, section, metric, "all", None, value)
            for place, (metric, value) in enumerate(counts.items(), start=1)
        ]
    return rows


def shown(rows) -> dict[Cell, int | None]:
    table = public_rows(rows).to_pylist()
    return {(row["section"], row["metric"]): row["value"] for row in table}


def possible(parts: list[int | None], total: int) -> list[set[int]]:
    """All values that each hidden part may have for who sees the shown ones and the total."""
    hidden = [place for place, part in enumerate(parts) if part is None]
    left = total - sum(part for part in parts if part is not None)
    found: list[set[int]] = [set() for _ in hidden]
    for values in product(range(left + 1), repeat=len(hidden) - 1):
        if sum(values) <= left:
            for place, value in enumerate((*values, left - sum(values))):
                found[place].add(value)
    return found


@pytest.mark.parametrize(
    "kinds",
    [
        {"a": 1, "b": 40, "c": 19},
        {"a": 1, "b": 0, "c": 59},
        {"a": 1, "b": 1, "c": 58},
        {"a": 9, "b": 2, "c": 49},
        {"a": 3, "b": 0, "c": 0, "d": 30},
    ],
    ids=["one of 1", "beside a zero", "two of 1", "two that add up", "only one other"],
)
def test_a_cell_of_one_is_hidden_and_cannot_be_worked_out(kinds: dict[str, int]) -> None:
    seen = shown(gym(kinds, {"m": sum(kinds.values())}))
    parts = [seen["all by kind", kind] for kind in kinds]
    assert all(
        part is None for part, value in zip(parts, kinds.values(), strict=True) if 0 < value < 10
    )
    assert seen[TOTAL] == sum(kinds.values())
    for values in possible(parts, sum(kinds.values())):
        assert len(values) >= SMALLEST_SHOWN


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    seen = shown(gym({"a": 10, "b": 0, "c": 50}, {"m": 30, "n": 30}))
    assert None not in seen.values()


def test_a_small_total_is_not_the_sum_of_another_table() -> None:
    seen = shown(gym({"a": 9}, {"m": 4, "n": 5}))
    assert set(seen.values()) == {None}


def test_one_thing_counted_twice_is_hidden_twice() -> None:
    rows = [
        (1, "totals", "visits", None, None, 75),
        (2, "totals", "passes", None, None, 59),
        (3, "visits by kind", "guest", "visits", "guests", 5),
        (4, "visits by kind", "member", "visits", None, 50),
        (5, "visits by kind", "event", "visits", None, 20),
        (6, "passes by kind", "guest", "passes", "guests", 14),
        (7, "passes by kind", "entry", "passes", None, 45),
    ]
    seen = shown(rows)
    hidden = {cell for cell, value in seen.items() if value is None}
    assert ("visits by kind", "guest") in hidden
    assert ("passes by kind", "guest") in hidden
    assert ("passes by kind", "entry") in hidden


def determined(hidden: list[Cell], sums: list[tuple[Cell, list[Cell]]]) -> set[Cell]:
    """The hidden cells that the sums fix, by exact elimination."""
    rows = [
        [
            Fraction(int(cell in parts) - int(cell == total))
            for cell in hidden
        ]
        for total, parts in sums
    ]  # fmt: skip
    done = 0
    for column in range(len(hidden)):
        pivot = next((row for row in range(done, len(rows)) if rows[row][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [value / rows[done][column] for value in rows[done]]
        for row in range(len(rows)):
            if row != done and rows[row][column]:
                factor = rows[row][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[done], strict=True)]
        done += 1
    fixed = [row for row in rows if sum(value != 0 for value in row) == 1]
    return {hidden[next(place for place, value in enumerate(row) if value)] for row in fixed}


COUNT = st.one_of(st.integers(0, 12), st.integers(0, 200))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(COUNT, min_size=2, max_size=6), min_size=1, max_size=3), st.data())
def test_no_small_count_follows_from_tables_with_one_total(tables, data) -> None:
    total = max(sum(table) for table in tables)
    values: dict[Cell, int] = {TOTAL: total}
    sums: dict[tuple[str, Cell], list[Cell]] = {}
    for number, table in enumerate(tables):
        # the last one makes up the common total
        parts = [*table, total - sum(table)]
        cells = [(f"t{number}", str(place)) for place in range(len(parts))]
        values |= dict(zip(cells, parts, strict=True))
        sums[f"t{number}", TOTAL] = cells
    alike = [[("t0", "0"), ("t1", "0")]] if len(tables) > 1 and data.draw(st.booleans()) else []
    hidden = hidden_cells(values, sums, alike)
    small = {cell for cell, value in values.items() if 0 < value < SMALLEST_SHOWN}
    assert small <= hidden
    listed = [(total_cell, cells) for (_, total_cell), cells in sums.items()]
    assert small & determined(sorted(hidden), listed) == set()
