"""The seed of the purchaser match and the models that read it name the same parameters."""

from __future__ import annotations

import csv
import re

from conftest import PROJECT

LEVELS = ("exact", "nickname", "diminutive", "near", "far", "initial")
LENGTHS = ("short", "medium", "long", "longest")
# Names that the models put together from a name field, a level, a pass kind or a length.
COMPOSED = (
    {f"first_{level}_m" for level in LEVELS}
    | {f"last_{level}_m" for level in LEVELS if level not in ("nickname", "diminutive")}
    | {f"{field}_{level}_similarity" for field in ("first", "last") for level in ("near", "far")}
    | {
        f"{field}_{level}_u_{length}"
        for field in ("first", "last")
        for level in ("near", "far")
        for length in LENGTHS
    }
    | {
        f"{kind}_{level}_m"
        for kind in ("day", "multi", "guest")
        for level in ("party", "product", "other")
    }
)


def asked_for() -> set[str]:
    files = [*(PROJECT / "models").rglob("*.sql"), *(PROJECT / "macros").glob("*.sql")]
    pattern = re.compile(r"match_(?:parameter|fact_weight)\([^)]*?'(\w+)'")
    named = {name for file in files for name in pattern.findall(file.read_text())}
    return named | COMPOSED


def test_every_parameter_that_is_asked_for_stands_in_the_seed_and_the_reverse() -> None:
    with (PROJECT / "seeds/matching/match_parameters.csv").open(encoding="utf-8") as file:
        seeded = {row["parameter"] for row in csv.DictReader(file)}
    assert asked_for() - seeded == set()
    assert seeded - asked_for() == set()
