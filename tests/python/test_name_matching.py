"""The comparison of name words: exact cases, and what holds for any text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_udfs.name_matching import SCORES_SCHEMA, compare_words, score_word_pairs

WORDS = st.text(max_size=300)
BAD_WORDS = ["", "x", "a" * 300, "Нина", "山田", "🙂🙃", "?!.", "\x00", "é" * 50]


@pytest.mark.parametrize(
    ("written", "known", "distance"),
    [
        pytest.param("jhon", "john", 1, id="two neighbours swapped"),
        pytest.param("jon", "john", 1, id="a letter left out"),
        pytest.param("johhn", "john", 1, id="a letter too many"),
        pytest.param("jahn", "john", 1, id="another letter"),
        pytest.param("perez", "pérez", 1, id="an accent is a letter of its own here"),
        pytest.param("smith", "jones", 5, id="another name"),
    ],
)
def test_slips_are_counted_in_letters(written: str, known: str, distance: int) -> None:
    assert compare_words([written], [known])[0].tolist() == [distance]


def test_nothing_compared_is_nothing_scored() -> None:
    distance, similarity = compare_words([], [])
    assert distance.size == similarity.size == 0


def test_words_without_a_partner_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 written words for 1 known words"):
        compare_words(["a", "b"], ["a"])


@given(st.lists(st.tuples(WORDS, WORDS), max_size=20))
def test_any_words_are_scored_within_bounds(pairs: list[tuple[str, str]]) -> None:
    written = [one for one, _ in pairs]
    known = [other for _, other in pairs]
    distance, similarity = compare_words(written, known)
    assert len(distance) == len(similarity) == len(pairs)
    assert all(
        0 <= slips <= max(len(one), len(other))
        for slips, one, other in zip(distance, written, known, strict=True)
    )
    assert np.all((similarity >= 0) & (similarity <= 1))


@given(WORDS)
def test_a_word_is_itself(word: str) -> None:
    distance, similarity = compare_words([word], [word])
    assert (distance[0], similarity[0]) == (0, 1.0)


@given(WORDS, WORDS)
def test_slips_are_the_same_both_ways(one: str, other: str) -> None:
    assert compare_words([one], [other])[0] == compare_words([other], [one])[0]


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=20), st.randoms())
def test_a_score_does_not_depend_on_the_other_pairs(pairs, random) -> None:
    shuffled = pairs.copy()
    random.shuffle(shuffled)

    def scores(rows: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, float]]:
        distance, similarity = compare_words(*zip(*rows, strict=True))
        return {
            row: (int(slips), float(alike))
            for row, slips, alike in zip(rows, distance, similarity, strict=True)
        }

    assert scores(pairs) == scores(shuffled)


def test_a_table_keeps_its_rows_and_their_order() -> None:
    pairs = pa.table(
        {
            "name_field": ["last"] * len(BAD_WORDS),
            "written_word": BAD_WORDS,
            "known_word": BAD_WORDS[::-1],
        }
    )
    scored = score_word_pairs(pairs)
    assert scored.schema == SCORES_SCHEMA
    assert scored.select(pairs.column_names).to_pydict() == pairs.to_pydict()
