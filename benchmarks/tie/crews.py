"""Judge crews, and the levels beside strength 5, against ties that are known.

    python -m benchmarks.tie.crews WAREHOUSE TRUTH

WAREHOUSE has been built from the check-ins. TRUTH is a CSV (or .csv.gz) whose first two columns
are a pair and whose column `kind` is empty, an event, a day-pass party, or a lasting tie
(household, friends). The true groups are the Louvain communities of the lasting ties of pairs
that met crew_min_meetings times. Compared are the people who are both in a crew and in a true
group: normalised mutual information, and precision, recall and F1 over pairs of people; covered
is the share of people with a lasting tie who are in a crew.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from math import log

import duckdb
import networkx

PASSING = ("", "event", "daypass_party", "group")
MIN_MEETINGS = 3


def normalised_information(pairs: Iterable[tuple[str, int]]) -> float:
    """Mutual information of two labellings of the same people by the mean of their entropies."""
    joint = Counter(pairs)
    total = sum(joint.values())
    one, other = Counter(), Counter()
    for (label_1, label_2), count in joint.items():
        one[label_1] += count
        other[label_2] += count
    shared = sum(n / total * log(n * total / (one[a] * other[b])) for (a, b), n in joint.items())
    entropies = [-sum(n / total * log(n / total) for n in side.values()) for side in (one, other)]
    return 2 * shared / sum(entropies) if sum(entropies) else 1.0


def pairwise(crew: Mapping[int, str], group: Mapping[int, int]) -> tuple[float, float, float]:
    """Precision, recall and F1 of "these two belong together" over the people in both."""
    people = sorted(set(crew) & set(group))
    same = Counter((crew[a] == crew[b], group[a] == group[b]) for a, b in combinations(people, 2))
    precision = same[True, True] / max(1, same[True, True] + same[True, False])
    recall = same[True, True] / max(1, same[True, True] + same[False, True])
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def main(warehouse: str, truth: str) -> None:
    """Print the figures."""
    connection = duckdb.connect(warehouse, read_only=True)
    connection.execute(
        "create temp table truth as select least(#1, #2) as customer_id_1,"
        " greatest(#1, #2) as customer_id_2, coalesce(kind, '') as kind"
        " from (select columns(* exclude (kind)), kind from read_csv(?))",
        [truth],
    )
    strong, strong_true, called, called_true, strong_called = connection.execute(
        "select count(*) filter (where together_count >= 10),"
        " count(*) filter (where together_count >= 10 and kind != ''),"
        " count(*) filter (where affinity_level = 'together'),"
        " count(*) filter (where affinity_level = 'together' and kind != ''),"
        " count(*) filter (where together_count >= 10 and tie_probability >= 0.9)"
        " from intermediate.pair_affinity left join truth using (customer_id_1, customer_id_2)"
    ).fetchone()
    print(f"met 10 times or more: {strong} pairs, true {strong_true / max(1, strong):.3f},")
    print(f"  of them tie_probability >= 0.9: {strong_called / max(1, strong):.3f}")
    print(f"together: {called} pairs, true {called_true / max(1, called):.3f}")
    ties = connection.execute(
        "select customer_id_1, customer_id_2, together_count >= ?"
        " from truth join intermediate.pair_affinity using (customer_id_1, customer_id_2)"
        " where not list_contains(?, kind) order by all",
        [MIN_MEETINGS, list(PASSING)],
    ).fetchall()
    graph = networkx.Graph([(one, other) for one, other, met in ties if met])
    communities = networkx.community.louvain_communities(graph, seed=1)
    group = {person: number for number, people in enumerate(communities) for person in people}
    crew = dict(connection.execute("select customer_id, crew_id from crew_members").fetchall())
    tied = {person for one, other, _ in ties for person in (one, other)}
    both = sorted(set(crew) & set(group))
    precision, recall, f1 = pairwise(crew, group)
    large = [people for people in communities if len(people) >= 3]
    found = sum(person in crew for people in large for person in people)
    print(f"crews: {len(set(crew.values()))} with {len(crew)} people, {len(both)} in true groups")
    print(f"  NMI {normalised_information((crew[p], group[p]) for p in both):.3f}")
    print(f"  pairs: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
    print(
        f"  covered: {len(tied & set(crew)) / max(1, len(tied)):.3f} of people with a lasting tie"
    )
    print(f"  covered: {found / max(1, sum(map(len, large))):.3f} of people in true groups of 3+")


if __name__ == "__main__":
    main(*sys.argv[1:])
