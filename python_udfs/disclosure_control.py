"""Which public counts are shown, so that nobody can work out a small one.

Each count is rounded on its own to the nearest ten, and one below SMALLEST_SHOWN, zero included, is
only said to be that. A shown count so stands for ten values and a hidden one for fifteen. Tables
share sums, so a reader may exclude some of them. Whatever would leave a hidden count fewer than
FEWEST_VALUES is left out as a whole.

Only the published figures decide, by looking at some of the gyms that would show the same. Sums
stay as they are. Where a count is at most another one, a value is chosen between the two, and gyms
on its right side are kept. What is left has no loops, and there intervals are exact: every value of
a cell has its gym. Others may exist, so a cell has at least the values that are counted here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import pyarrow as pa

# England's OpenSAFELY hides counts to 7, the US census bureau those below 15.
SMALLEST_SHOWN = 15
STEP = 10
FEWEST_VALUES = 10

# A table of the page and what it counts there.
Cell = tuple[str, str]
Row = tuple[int, str, str, str | None, int]
Boxes = dict[Cell, tuple[float, float]]
Sum = tuple[Cell, list[Cell]]

TOTALS = "totals"
CUSTOMERS = (TOTALS, "customers who came")
BY_MONTH = "check-ins by month"
OTHER_MONTHS = "other months"
GUESTS = [
    ("check-ins by kind", "guest_pass"),
    ("pass transfers by kind", "guest_pass"),
    ("interactions by type", "frequent_guest"),
]
KNOWN_BUYERS = [("pass transfers by buyer", "known"), ("interactions by type", "shared_pass")]
# Counts that are nearly always equal: a reader may take them for one.
TWINS = [GUESTS, KNOWN_BUYERS]


def same(count: float) -> float:
    """The count itself."""
    return count


def pairs(count: float) -> float:
    """Pairs among so many.

    Example:
        >>> pairs(4)
        6
    """
    return count * (count - 1) // 2


@dataclass(frozen=True)
class AtMost:
    """The `less`, each `times` as often, are at most `of` the first of `more` plus the others."""

    less: Sequence[Cell]
    more: Sequence[Cell]
    of: Callable[[float], float] = same
    times: Sequence[int] = (1, 1, 1)
    # a table that says the same more exactly, where it is shown
    unless: str = ""

    def spare(self, boxes: Boxes) -> float:
        """How much more the `less` may be than they are at least, whatever the `more` are."""
        first, *others = (boxes[cell][0] for cell in self.more)
        least = sum(n * boxes[cell][0] for n, cell in zip(self.times, self.less, strict=False))
        return self.of(first) + sum(others) - least

    def width(self, boxes: Boxes, cells: Collection[Cell]) -> float:
        """How much these of the `less` may vary together."""
        return sum(
            n * (boxes[cell][1] - boxes[cell][0])
            for n, cell in zip(self.times, self.less, strict=False)
            if cell in cells
        )

    def settle(self, boxes: Boxes, target: Cell, share: float) -> bool:
        """Takes from the boxes the values that might break it; False where it breaks in any case.

        A value in between parts the two sides, at a share of what the `more` may be. The target
        has the larger side, and comes first among the `less`; the others get equal shares.
        """
        low, high = boxes[self.more[0]]
        share = 0.75 if target in self.less else 0.25 if target == self.more[0] else share
        boxes[self.more[0]] = low + int(share * (high - low)), high
        for cell in sorted(self.more, key=target.__eq__):
            low, high = boxes[cell]
            while self.spare(boxes) < 0 and low < high:
                low += 1
                boxes[cell] = low, high
        left = self.spare(boxes)
        if left < 0:
            return False
        for group in ([target], [cell for cell in self.less if cell != target]):
            wanted = self.width(boxes, group)
            if wanted > left:
                for cell in {*group} & {*self.less}:
                    bottom, top = boxes[cell]
                    boxes[cell] = bottom, bottom + int(left / wanted * (top - bottom))
            left -= self.width(boxes, group)
        return True


@dataclass(frozen=True)
class Rules:
    """Numbers of the project that a reader may know: fewest interactions by strength, and vars."""

    fewest_interactions: Mapping[str, int]
    crew_min_members: int
    crew_min_meetings: int
    affinity_min_class_pairs: int


def known_relations(months: Iterable[str], rules: Rules) -> list[AtMost]:
    """What a reader knows of the counts beside their sums and TWINS."""
    checkins, transfers, interactions, connections, crews = (
        (TOTALS, metric)
        for metric in ("check-ins", "pass transfers", "interactions", "connections", "crews")
    )
    entries = ("check-ins by kind", "entry_pass")
    type_of = "interactions by type"
    guests, same_day, purchase, family, shared = (
        (type_of, metric)
        for metric in (
            "frequent_guest", "same_day_checkin", "same_purchase_group", "family_membership",
            "shared_pass",
        )
    )  # fmt: skip
    level = "connections by affinity"
    judged_pairs = [(level, metric) for metric in ("together", "maybe", "chance")]
    strengths = [("connections by strength", metric) for metric in rules.fewest_interactions]
    meetings = rules.crew_min_meetings
    crew_ties = rules.crew_min_members - 1
    fewest = rules.fewest_interactions
    # a tie of a crew may be of the strength that begins below its meetings, and of any above
    lowest = max((count for count in fewest.values() if count <= meetings), default=0)
    crew_strengths = [cell for cell in strengths if fewest[cell[1]] >= lowest]

    def per_month(count: float) -> float:
        return count * (count + 1)

    def judged(count: float) -> float:
        return inf if count >= rules.affinity_min_class_pairs else 0

    return [
        AtMost([CUSTOMERS], [checkins]),
        AtMost([transfers], [checkins]),
        AtMost([connections], [interactions]),
        AtMost([same_day], [checkins], pairs),
        AtMost([shared], [transfers]),
        AtMost([purchase], [transfers], pairs),
        AtMost([purchase], [KNOWN_BUYERS[0]], pairs),
        AtMost([guests], [shared]),
        AtMost([("pass transfers by kind", "entry_pass")], [entries]),
        AtMost([transfers], [GUESTS[0], entries], unless="pass transfers by kind"),
        *(AtMost([("pass transfers by month", month)], [(BY_MONTH, month)]) for month in months),
        # two people meet once a day, and share a pass, a guest pass and a purchase once
        *(
            AtMost(
                [("interactions by month", month)],
                [(BY_MONTH, month), family],
                per_month,
            )
            for month in months
        ),
        # members who were there, ties between them, meetings behind each
        *(
            AtMost([crews], more, times=[n])
            for n, more in (
                (rules.crew_min_members, [CUSTOMERS]),
                (rules.crew_min_members * meetings, [checkins]),
                (crew_ties, [connections]),
                (crew_ties, [(level, "together")]),
                (crew_ties, crew_strengths),
                (crew_ties * meetings, [same_day]),
            )
        ),
        # each connection is one interaction, and a tie of a crew some more
        AtMost([crews, connections], [interactions], times=[crew_ties * (meetings - 1), 1]),
        *(AtMost([cell], [connections], judged) for cell in (crews, *judged_pairs)),
        # meetings are judged where there are two of them, and are some of the interactions
        AtMost(judged_pairs, [same_day], times=[2, 2, 2]),
        AtMost(judged_pairs, [interactions], times=[2, 2, 2], unless=type_of),
        AtMost(judged_pairs, [checkins], pairs, times=[2, 2, 2], unless=type_of),
        *(
            AtMost(
                [("interactions by month", month), *less],
                [(BY_MONTH, month), interactions],
                per_month,
                times=[1, *times],
                unless=type_of,
            )
            for month in months
            for less, times in ((judged_pairs, [2, 2, 2]), ([crews], [crew_ties * meetings]))
        ),
        AtMost(judged_pairs, [CUSTOMERS], pairs),
        AtMost(strengths, [interactions], times=list(rules.fewest_interactions.values())),
    ]


def shown(count: int) -> int | None:
    """The count to the nearest ten; None where it is too small.

    Example:
        >>> shown(14), shown(15), shown(24)
        (None, 20, 20)
    """
    return None if count < SMALLEST_SHOWN else (count + STEP // 2) // STEP * STEP


def box(count: int) -> tuple[int, int]:
    """The lowest and the highest count that is shown alike.

    Example:
        >>> box(3), box(21)
        ((0, 14), (15, 24))
    """
    middle = shown(count)
    if middle is None:
        return 0, SMALLEST_SHOWN - 1
    return middle - STEP // 2, middle + STEP // 2 - 1


def narrow(boxes: Boxes, sums: Iterable[Sum]) -> bool:
    """Takes from the boxes what no sum allows; False where nothing is left of one.

    Example:
        >>> boxes = {("", "all"): (15, 24), ("", "a"): (15, 24), ("", "b"): (0, 14)}
        >>> narrow(boxes, [(("", "all"), [("", "a"), ("", "b")])]), boxes["", "b"]
        (True, (0, 9))
    """
    changed = True
    while changed:
        changed = False
        for total, parts in sums:
            low, high = (sum(boxes[part][end] for part in parts) for end in (0, 1))
            least, most = boxes[total]
            limits = {
                part: (least - high + boxes[part][1], most - low + boxes[part][0]) for part in parts
            }
            for cell, limit in (limits | {total: (low, high)}).items():
                left = max(boxes[cell][0], limit[0]), min(boxes[cell][1], limit[1])
                if left[0] > left[1]:
                    return False
                changed |= left != boxes[cell]
                boxes[cell] = left
    return True


def possible_values(
    target: Cell, boxes: Boxes, sums: Sequence[Sum], relations: Iterable[AtMost], share: float
) -> range:
    """Values of a cell for which there is a gym; `share` says on which of them to look."""
    boxes, sums = dict(boxes), list(sums)
    if not narrow(boxes, sums):
        return range(0)
    alike = {
        twins
        for chain in TWINS
        for twins in pairwise(cell for cell in chain if cell in boxes)
        if max(boxes[cell][0] for cell in twins) <= min(boxes[cell][1] for cell in twins)
    }
    for relation in relations:
        if relation.width(boxes, relation.less) > relation.spare(boxes) and not (
            relation.settle(boxes, target, share) and narrow(boxes, sums)
        ):
            return range(0)
    # two chains of twins would be a loop: only one stays a chain, the other is a value
    kept = max(TWINS, key=lambda twins: (target in twins, target[0] in dict(twins)))
    for twins in TWINS:
        for one, other in pairwise(cell for cell in twins if cell in boxes):
            if (one, other) not in alike:
                continue
            low = max(boxes[one][0], boxes[other][0])
            high = min(boxes[one][1], boxes[other][1])
            if low > high:
                return range(0)
            if twins is kept:
                sums.append((one, [other]))
            else:
                boxes[one] = boxes[other] = (low + int(share * (high - low)),) * 2
            if not narrow(boxes, sums):
                return range(0)
    low, high = boxes[target]
    return range(int(low), int(high) + 1)


def is_safe(target: Cell, boxes: Boxes, sums: Sequence[Sum], relations: Sequence[AtMost]) -> bool:
    """Whether a hidden cell has FEWEST_VALUES or more, for who knows all that is shown.

    Args:
        target: the hidden cell.
        boxes: lowest and highest value of each cell by itself.
        sums: each total with its parts.
        relations: what else is known.
    """
    found: set[int] = set()
    for share in (0.5, 0.25, 0.75, 0.0, 1.0):
        found.update(possible_values(target, boxes, sums, relations, share))
        if len(found) >= FEWEST_VALUES:
            return True
    return False


def with_other_months(rows: Sequence[Row]) -> dict[Cell, tuple[str | None, int]]:
    """What each cell is part of, and its count.

    Listed are the months with SMALLEST_SHOWN check-ins or more, in each table all of them; what
    lies in other months is one line. So a month that stands there tells nothing else.
    """
    months = sorted(
        metric for _, section, metric, _, count in rows
        if section == BY_MONTH and count >= SMALLEST_SHOWN
    )  # fmt: skip
    cells: dict[Cell, tuple[str | None, int]] = {}
    for _, section, metric, part_of, count in rows:
        if section.endswith(" by month"):
            for month in (*months, OTHER_MONTHS):
                cells.setdefault((section, month), (part_of, 0))
            metric = metric if metric in months else OTHER_MONTHS
            count += cells[section, metric][1]
        cells[section, metric] = part_of, count
    return cells


def public_rows(rows: Sequence[Row], rules: Rules) -> pa.Table:
    """The rows of gym_metrics as those of public_totals.

    Args:
        rows: line number, section, metric, the total that it is part of, count.
        rules: what a reader may know of the project.
    """
    cells = with_other_months(rows)
    relations = known_relations([metric for section, metric in cells if section == BY_MONTH], rules)
    # a total is a table by itself
    table_of = {cell: " ".join(cell) if cell[0] == TOTALS else cell[0] for cell in cells}
    left_out = {
        table_of[cell]
        for cell, (part_of, _) in cells.items()
        if shown(cells[CUSTOMERS][1]) is None
        or (part_of is not None and shown(cells[TOTALS, part_of][1]) is None)
    }
    while True:
        published = [cell for cell in cells if table_of[cell] not in left_out]
        boxes: Boxes = {cell: (0, inf) for cell in cells if cell[0] == TOTALS}
        boxes |= {cell: box(cells[cell][1]) for cell in published}
        parts: dict[Cell, dict[str, list[Cell]]] = {}
        for section, metric in published:
            part_of = cells[section, metric][0]
            if part_of is not None:
                of_total = parts.setdefault((TOTALS, part_of), {})
                of_total.setdefault(section, []).append((section, metric))
        sums = [(total, table) for total, found in parts.items() for table in found.values()]
        tables = {section for section, _ in published}
        known = [
            relation
            for relation in relations
            if {*relation.less, *relation.more} <= {*published} and relation.unless not in tables
        ]
        unsafe = (
            cell
            for cell in reversed(published)
            if shown(cells[cell][1]) is None and not is_safe(cell, boxes, sums, known)
        )
        if (last := next(unsafe, None)) is None:
            break
        left_out.add(table_of[last])
    return pa.table(
        {
            "line_number": pa.array(range(1, len(published) + 1), pa.int32()),
            "section": pa.array([section for section, _ in published], pa.string()),
            "metric": pa.array([metric for _, metric in published], pa.string()),
            "value": pa.array([shown(cells[cell][1]) for cell in published], pa.int64()),
        }
    )
