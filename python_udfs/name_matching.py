"""Edit distance and Jaro-Winkler similarity of two written names, word by word.

Pure functions over rapidfuzz: no I/O, no global state, the same rows in the same order as asked.
SQL decides which words are compared and what a similarity weighs
(`models/intermediate/matching/1_words`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

SCORES_SCHEMA = pa.schema(
    [
        ("name_field", pa.string()),
        ("written_word", pa.string()),
        ("known_word", pa.string()),
        ("edit_distance", pa.int32()),
        ("similarity", pa.float64()),
    ]
)


def compare_words(written: Sequence[str], known: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Compare words pairwise: `written[i]` with `known[i]`.

    Returns two arrays as long as the input: the edit distance in letters (optimal string
    alignment: insert, delete, replace, swap two neighbours) and the Jaro-Winkler similarity
    (0 to 1, rounded to six digits). Raises ValueError when the lengths differ.

    >>> compare_words(["Jhon"], ["John"])
    (array([1], dtype=int32), array([0.925]))
    """
    if len(written) != len(known):
        raise ValueError(f"{len(written)} written words for {len(known)} known words")
    if len(written) == 0:
        return np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float64)
    distance = cpdist(written, known, scorer=OSA.distance, dtype=np.int32)
    similarity = cpdist(written, known, scorer=JaroWinkler.similarity, dtype=np.float64)
    return distance, np.round(similarity, 6)


def score_word_pairs(pairs: pa.Table) -> pa.Table:
    """Add edit_distance and similarity to a table of name_field, written_word, known_word."""
    written = pairs.column("written_word").to_pylist()
    known = pairs.column("known_word").to_pylist()
    distance, similarity = compare_words(written, known)
    return pa.Table.from_arrays(
        [
            pairs.column("name_field").cast(pa.string()),
            pairs.column("written_word").cast(pa.string()),
            pairs.column("known_word").cast(pa.string()),
            pa.array(distance, pa.int32()),
            pa.array(similarity, pa.float64()),
        ],
        schema=SCORES_SCHEMA,
    )
