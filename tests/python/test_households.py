"""Households found in the rosters, against the households that the sample was made from."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path


def true_pairs(truth: Path) -> dict[str, set[tuple[int, int]]]:
    """Membership instance -> pairs of its members."""
    people: dict[str, set[int]] = defaultdict(set)
    with (truth / "members.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            people[row["membership_instance_id"]].add(int(row["customer_id"]))
    return {instance: set(combinations(sorted(ids), 2)) for instance, ids in people.items()}


def test_pairs_are_the_real_households(sample_project, sample_exports: Path) -> None:
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    shared = {
        instance: size
        for instance, size in built.query(
            "select cast(membership_id as varchar), size from core.core_memberships"
        )
        if size in ("duo", "family")
    }
    true = {
        pair
        for instance, pairs in true_pairs(sample_exports / "truth").items()
        if instance in shared
        for pair in pairs
    }
    found = set(
        built.query(
            """select customer_id_1, customer_id_2 from customer_interactions
            where interaction_type = 'family_membership'"""
        )
    )
    assert len(true) > 400
    assert len(found & true) / len(found) >= 0.99
    assert len(found & true) / len(true) >= 0.98


def test_a_duo_never_holds_more_than_two(sample_project) -> None:
    built, _ = sample_project
    assert (
        built.query(
            """select membership_instance_id from intermediate.membership_members
        where size = 'duo' group by 1 having count(distinct customer_id) > 2"""
        )
        == []
    )
