"""What a pass says, as DuckDB reads it: any pass, link, buyer and tail put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import pytest
import recount
from conftest import PROJECT
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

PASSES = [
    "Day Pass", "Day Pass (Adult (14+))", "5 Climb Punch Pass 60 Days", "2-Week Pass", "Guest Pass",
    "Night Pass (from 7 pm)", "Day Pass imported from Groupon", "Pass for Kids", "Fromage Night",
]  # fmt: skip
BUYERS = [
    "Ann Example", "Erich Fromm", "Robert (Bob) Example", "Roe, Jane, PhD", "山田太郎", "O'Neill",
    "José Ortega y Gasset", "24 Hour Fitness", "J. R. Leftwich", "Ann Remaining", "(erased)",
]  # fmt: skip
LINKS = [
    " from ",
    " FROM: ",
    " - from ",
    "\u00a0from\u3000",
    "\nfrom - ",
    " bought by ",
    "\tFrom\t",
]
TAILS = {
    "": None,
    " (0 remaining)": 0,
    "(12 remaining)": 12,
    " (3 of 5 remaining)": 3,
    "\u2003(3\u00a0left)": 3,
    " [2 visits remaining]": 2,
    " - 2 remaining": 2,
    " (unlimited remaining)": None,
    " (0 remaini": 0,
    " (1": None,
    " ((4 remaining))": 4,
    " (-1 remaining)": -1,
}

Reading = tuple[str, str, str | None, int | None]


@pytest.fixture(scope="module")
def read() -> Iterator[Callable[[str], Reading]]:
    """How core_pass_texts reads a text."""
    names = ("pass_text.sql", "name_parts.sql", "question_id.sql")
    files = [PROJECT / "macros" / name for name in names]
    model = (PROJECT / "models/core/core_pass_texts.sql").read_text()
    template = "".join(file.read_text() for file in files) + model
    known = {"config": lambda **_: "", "ref": lambda name: name}
    query = Environment().from_string(template).render(known).strip()
    with duckdb.connect() as connection:
        connection.execute("create table core_checkins (entry_method_description varchar)")
        connection.execute("create table core_answers (question_id varchar, answer varchar)")

        def reading(text: str) -> Reading:
            connection.execute("delete from core_checkins")
            connection.execute("insert into core_checkins values (?)", [text])
            columns = "reading, pass_type, buyer_name, remaining_count"
            return connection.execute(f"select {columns} from ({query})").fetchall()[0]

        yield reading


@settings(max_examples=150, deadline=None)
@given(
    sold=st.sampled_from(PASSES),
    link=st.sampled_from(LINKS),
    buyer=st.sampled_from(BUYERS),
    tail=st.sampled_from(list(TAILS)),
    upper=st.booleans(),
)
def test_any_pass_and_buyer_are_told_apart(
    read, sold: str, link: str, buyer: str, tail: str, upper: bool
) -> None:
    text = f"{sold}{link}{buyer}{tail}"
    parts = ("names a buyer", sold, buyer, TAILS[tail])
    if upper:
        text, parts = text.upper(), ("names a buyer", sold.upper(), buyer.upper(), TAILS[tail])
    assert read(text) == parts


@settings(max_examples=60, deadline=None)
@given(
    sold=st.sampled_from(PASSES[:1] + PASSES[2:6] + PASSES[7:]), tail=st.sampled_from(list(TAILS))
)
def test_a_pass_without_a_buyer_is_ones_own(read, sold: str, tail: str) -> None:
    assert read(sold + tail) == ("own pass", sold, None, TAILS[tail])


@pytest.mark.parametrize(
    "text",
    ["Day Pass from", "from Ann Example", "Day Pass by Ann Example", "Guest: Ann Example"]
    + ["Guest Pass for Ann Example", "Day Pass courtesy of (0 remaining)", "Guest of the Month"]
    + ["Day Passfrom Ann Example", "Day pass fr. Ann Example", "guest-of Ann Example"]
    + ["Tageskarte von Ann Example (1 left)"],
)
def test_what_speaks_of_a_buyer_and_names_none_is_not_understood(read, text: str) -> None:
    assert read(text)[0] == "not understood"


@settings(max_examples=150, deadline=None)
@given(
    pieces=st.lists(
        st.sampled_from(
            [*PASSES, *BUYERS, *LINKS, *TAILS, " of ", "(", ")", " and ", "\u200b", "7"]
        )
        | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=3),
        max_size=7,
    )
)
def test_any_text_is_read(read, pieces: list[str]) -> None:
    reading, pass_type, buyer, _ = read("".join(pieces))
    assert (buyer is not None) == (reading in ("names a buyer", "several buyers"))
    assert pass_type is not None
    assert buyer is None or buyer.strip() == buyer != ""


@pytest.mark.parametrize("tail", ["", *(tail for tail in TAILS if tail.endswith((")", "]", "g")))])
@pytest.mark.parametrize("sold", PASSES[:5])
def test_a_reader_of_words_finds_the_same(read, sold: str, tail: str) -> None:
    """The recount of the marts reads texts in its own way, and only what is whole and common."""
    tail = tail.replace("[", "(").replace("visits ", "").replace("((", "(").replace("(-", "(")
    text = f"{sold} from: Ann Example{tail}"
    assert recount.parse(text) == read(text)[1:]
