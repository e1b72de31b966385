"""Score predictions of purchasers against a benchmark folder's truth.

    python -m benchmarks.match.score FOLDER predictions.csv [--kinds]

A prediction is right when it is any record of the true person (`acceptable_ids`, parted by `|`).
ECE is the mean distance between confidence and share of right answers, by bins of confidence.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from bisect import bisect_left
from collections import defaultdict
from pathlib import Path

# Upper ends of the bins of confidence.
BINS = (50, 60, 70, 80, 90, 95, 99, 100)


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, gzipped or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def score(truth: list[dict[str, str]], predictions: list[dict[str, str]]) -> dict[str, float]:
    """Shares by name; answered absent buyers are a share of the absent ones."""
    predicted = {row["query_id"]: row for row in predictions}
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    right = present = absent = absent_answered = 0
    for row in truth:
        prediction = predicted.get(row["query_id"], {})
        customer = prediction.get("customer_id", "")
        is_absent = row["absent"] == "1"
        present += not is_absent
        absent += is_absent
        if not customer:
            continue
        is_right = customer in row["acceptable_ids"].split("|")
        confidence = float(prediction["confidence"])
        bins[bisect_left(BINS, confidence)].append((confidence / 100, is_right))
        right += is_right
        absent_answered += is_absent
    answered = sum(map(len, bins.values()))
    precision, recall = right / max(answered, 1), right / max(present, 1)
    distance = sum(
        abs(sum(confidence for confidence, _ in rows) - sum(is_right for _, is_right in rows))
        for rows in bins.values()
    )
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
        "wrong_per_1000": 1000 * (answered - right) / max(len(truth), 1),
        "absent_answered": absent_answered / max(absent, 1),
        "ece": distance / max(answered, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="benchmark folder")
    parser.add_argument("predictions", type=Path, help="what adapter.py wrote")
    parser.add_argument("--kinds", action="store_true", help="one line for each kind of name, too")
    arguments = parser.parse_args()
    truth, predictions = read(arguments.folder / "truth.csv.gz"), read(arguments.predictions)
    by_kind = {"all": truth}
    if arguments.kinds:
        for kind in sorted({row["kind"] for row in truth}):
            by_kind[kind] = [row for row in truth if row["kind"] == kind]
    for kind, rows in by_kind.items():
        figures = " ".join(
            f"{name} {value:.4f}" for name, value in score(rows, predictions).items()
        )
        print(f"{kind:16s} {len(rows):6d} {figures}")


if __name__ == "__main__":
    main()
