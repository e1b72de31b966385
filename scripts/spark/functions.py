"""Functions that Spark has not, for the queries that translate.py writes."""

from __future__ import annotations

import json
import sys

from pyspark import cloudpickle
from pyspark.sql import SparkSession


def gym_jaro_winkler(one: str | None, other: str | None) -> float | None:
    from rapidfuzz.distance import JaroWinkler

    if one is None or other is None:
        return None
    # bytes, as DuckDB counts
    return JaroWinkler.similarity(one.encode(), other.encode())


def gym_json_merge_patch(document: str | None, patch: str | None) -> str | None:
    if document is None or patch is None:
        return None
    # what is patched moves to the end, as in DuckDB
    patched = json.loads(patch)
    kept = {key: value for key, value in json.loads(document).items() if key not in patched}
    return json.dumps(kept | patched, ensure_ascii=False, separators=(",", ":"))


def gym_connected_components(ties: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Each member of some ties, with the lowest member that ties lead to."""
    above: dict[int, int] = {}

    def lowest(member: int) -> int:
        while above.setdefault(member, member) != member:
            above[member] = above[above[member]]
            member = above[member]
        return member

    for one, other in ties:
        below, over = sorted((lowest(one), lowest(other)))
        above[over] = below
    return [(member, lowest(member)) for member in list(above)]


def register(session: SparkSession) -> None:
    """Make the functions known to a session."""
    # they travel to the executors by value: a worker need not have this project
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    session.udf.register("gym_jaro_winkler", gym_jaro_winkler, "double")
    session.udf.register("gym_json_merge_patch", gym_json_merge_patch, "string")
    session.udf.register(
        "gym_connected_components",
        gym_connected_components,
        "array<struct<member:bigint,component_id:bigint>>",
    )
