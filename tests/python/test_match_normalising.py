"""The name macros, as DuckDB runs them: written cases, and what holds for any text."""

# ruff: noqa: RUF001  the odd letters are what is tested

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("JOSÉ  Pérez ", ["jose", "perez"], id="case, accents, blanks"),
        pytest.param("Søren Żak-Łęcki", ["soren", "zak", "lecki"], id="letters of their own"),
        pytest.param("O’Neill D'Souza", ["oneill", "dsouza"], id="apostrophes"),
        pytest.param("NoÃ«l", ["noel"], id="mojibake"),
        pytest.param("Nguyá»\x85n", ["nguyen"], id="mojibake with a control character"),
        pytest.param("Ãlvaro", ["alvaro"], id="what only looks like mojibake"),
        pytest.param("Нина Петрова", ["нина", "петрова"], id="Cyrillic"),
        pytest.param("山田 太郎", ["山田", "太郎"], id="Japanese"),
        pytest.param("🙂", [], id="emoji"),
        pytest.param("?!. -", [], id="punctuation"),
        pytest.param("", [], id="empty"),
        pytest.param("a" * 300, ["a" * 120], id="300 letters"),
        pytest.param("Null", ["null"], id="a person called Null"),
    ],
)
def test_a_name_is_normalised(normalise, name: str, words: list[str]) -> None:
    assert normalise(name) == words


# No NUL: staging strips it, and DuckDB's regular expressions stop at it.
@settings(max_examples=300, deadline=None)
@given(name=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_any_text_becomes_words_without_blanks(normalise, name: str) -> None:
    words = normalise(name)
    assert all(word and not any(letter.isspace() for letter in word) for word in words)


@settings(deadline=None)
@given(name=st.text(st.characters(categories=["Ll", "Lu", "Zs"], max_codepoint=0x17F)))
def test_normalising_twice_changes_nothing(normalise, name: str) -> None:
    words = normalise(name)
    assert normalise(" ".join(words)) == words
