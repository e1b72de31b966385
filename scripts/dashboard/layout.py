"""Where the dots of a small network stand: a pure function of the network.

Each group is drawn alone. Springs find the shape; then boxes as wide as a label are pushed apart
until none covers another, so that every name in a drawing can be read.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

# One dot with the name in three lines below it, and the width that a phone shows without scrolling.
LABEL_WIDTH, LABEL_HEIGHT = 84, 54
WIDEST = 340
# Larger groups are drawn without names, their dots this far apart.
MOST_LABELS = 40
DOT_BOX = 18
# Pulls towards the middle, so that a chain bends instead of running off.
GRAVITY = 0.12
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


class Group(NamedTuple):
    """Connected members, and the edges among them as places in members."""

    members: list[int]
    edges: list[tuple[int, int]]


class Drawing(NamedTuple):
    """Whole pixels: the size, and one place for each member."""

    width: int
    height: int
    places: list[tuple[int, int]]


def groups(edges: Iterable[tuple[int, int]]) -> list[Group]:
    """The connected groups of a network, the largest first, members in ascending order.

    Example:
        >>> groups([(7, 8), (1, 2), (2, 3)])[0]
        Group(members=[1, 2, 3], edges=[(0, 1), (1, 2)])
    """
    pairs = sorted(set(edges))
    neighbours: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        neighbours[one].append(other)
        neighbours[other].append(one)
    group_of: dict[int, int] = {}
    found: list[list[int]] = []
    for start in sorted(neighbours):
        if start in group_of:
            continue
        members, waiting = [], [start]
        group_of[start] = len(found)
        while waiting:
            member = waiting.pop()
            members.append(member)
            for neighbour in neighbours[member]:
                if neighbour not in group_of:
                    group_of[neighbour] = len(found)
                    waiting.append(neighbour)
        found.append(sorted(members))
    place = {member: number for members in found for number, member in enumerate(members)}
    inner: list[list[tuple[int, int]]] = [[] for _ in found]
    for one, other in pairs:
        inner[group_of[one]].append((place[one], place[other]))
    made = [Group(members, inner[number]) for number, members in enumerate(found)]
    return sorted(made, key=lambda group: (-len(group.members), group.members))


def springs(count: int, edges: Sequence[tuple[int, int]]) -> list[list[float]]:
    """Places by force-directed placement (Fruchterman and Reingold, 1991), from a spiral on."""
    degree = [0] * count
    for one, other in edges:
        degree[one] += 1
        degree[other] += 1
    places = [[0.0, 0.0] for _ in range(count)]
    for rank, node in enumerate(sorted(range(count), key=lambda node: (-degree[node], node))):
        radius, angle = math.sqrt(rank), rank * GOLDEN_ANGLE
        places[node] = [radius * math.cos(angle), radius * math.sin(angle)]
    rounds = max(20, min(150, 400_000 // (count * count)))
    for step in range(rounds):
        moves = [[0.0, 0.0] for _ in range(count)]
        for one in range(count):
            for other in range(one):
                across = places[one][0] - places[other][0]
                down = places[one][1] - places[other][1]
                push = 1 / (across * across + down * down + 0.01)
                moves[one][0] += across * push
                moves[one][1] += down * push
                moves[other][0] -= across * push
                moves[other][1] -= down * push
        for one, other in edges:
            across = places[one][0] - places[other][0]
            down = places[one][1] - places[other][1]
            pull = math.sqrt(across * across + down * down)
            moves[one][0] -= across * pull
            moves[one][1] -= down * pull
            moves[other][0] += across * pull
            moves[other][1] += down * pull
        for place, move in zip(places, moves, strict=True):
            move[0] -= GRAVITY * place[0]
            move[1] -= GRAVITY * place[1]
        most = 0.02 + 0.8 * (1 - step / rounds)
        for place, (across, down) in zip(places, moves, strict=True):
            length = math.sqrt(across * across + down * down) or 1.0
            place[0] += across / length * min(length, most)
            place[1] += down / length * min(length, most)
    return places


def pushed_apart(places: list[list[float]], width: float, height: float, reach: float) -> None:
    """Move places until no two boxes overlap, by the shortest way, no further than reach aside."""
    for _ in range(400):
        moved = False
        for one in range(len(places)):
            for other in range(one):
                across = places[one][0] - places[other][0]
                down = places[one][1] - places[other][1]
                over_x, over_y = width - abs(across), height - abs(down)
                if over_x <= 0.5 or over_y <= 0.5:
                    continue
                moved = True
                axis = 0 if over_x / width < over_y / height else 1
                if (
                    axis == 0
                    and max(abs(places[one][0]), abs(places[other][0])) + over_x / 2 > reach
                ):
                    axis = 1
                side = 1 if (across, down)[axis] >= 0 else -1
                half = side * (over_x, over_y)[axis] / 2
                places[one][axis] += half
                places[other][axis] -= half
        if not moved:
            return


def drawing(group: Group) -> Drawing:
    """Places for a group's dots, in pixels.

    Example:
        >>> drawing(Group([1, 2], [(0, 1)]))
        Drawing(width=168, height=54, places=[(42, 12), (126, 12)])
    """
    count = len(group.members)
    labelled = count <= MOST_LABELS
    width, height = (LABEL_WIDTH, LABEL_HEIGHT) if labelled else (DOT_BOX, DOT_BOX)
    if count == 2:
        return Drawing(2 * width, height, [(width // 2, 12), (width + width // 2, 12)])
    places = springs(count, group.edges)
    room = WIDEST - width if labelled else 3 * DOT_BOX * math.sqrt(count)
    tall = min(60 * (count - 1), 1.5 * height * math.sqrt(count)) if labelled else room
    for axis, most in ((0, room), (1, tall)):
        middle = sum(place[axis] for place in places) / count
        far = max(abs(place[axis] - middle) for place in places) or 1.0
        for place in places:
            place[axis] = (place[axis] - middle) / far * most / 2
    pushed_apart(places, width, height, room / 2)
    left, top = (min(place[axis] for place in places) for axis in (0, 1))
    moved = [
        (round(across - left + width / 2), round(down - top + (12 if labelled else height / 2)))
        for across, down in places
    ]
    return Drawing(
        max(across for across, _ in moved) + width // 2,
        max(down for _, down in moved) + height - (12 if labelled else height // 2),
        moved,
    )
