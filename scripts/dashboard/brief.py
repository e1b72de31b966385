"""The brief: whom to speak to this week and why, on one page and as text that can be mailed.

It reads the published file alone: who is held out of a list is not in it, and no child has a name.
"""

from __future__ import annotations

import re
from html import escape
from itertools import groupby
from typing import Any, NamedTuple

import duckdb

# So many fit on a printed page; the others stand in the table.
MOST_ROWS = 30
HEADING = "Who to speak to this week"
LIST = """
select
    list.title,
    list.what_to_do,
    coalesce(person.full_name || ' ', 'customer ') || list.customer_id as person,
    list.reason,
    concat_ws(
        '; ',
        coalesce(other.full_name || ' ', 'customer ') || list.other_customer_id,
        'crew on ' || crews.usual_weekday || ', ' || crews.usual_hour || ':00'
    ) as other,
    list.week_start,
    list.as_of,
from action_list as list
left join customers as person on list.customer_id = person.customer_id
left join customers as other on list.other_customer_id = other.customer_id
left join crews on list.crew_id = crews.crew_id
order by min(list.priority) over (partition by list.kind), list.priority
"""
# Of each list what was found last, for the longest time; before that how far the comparison is.
FINDINGS = """
select
    outcome,
    any_value(horizon_days),
    sum(listed),
    sum(held_out),
    any_value(finding),
from (
    from action_outcomes
    qualify row_number() over (
        partition by kind
        order by difference is not null desc, if(difference is null, -round, round) desc,
            horizon_days desc
    ) = 1
)
group by kind, outcome
order by kind
"""
CHILDREN = """
select value from pipeline_report
where section = 'lists of this week' and metric = 'children without a reachable guardian'
"""


class Brief(NamedTuple):
    """What both forms of the brief say."""

    rows: list[tuple]
    findings: list[tuple]
    children: int
    today: Any

    @property
    def lead(self) -> list[str]:
        """The sentences below the heading."""
        said = [f"Lists of {self.today}, the most valuable first."]
        if any("nobody is held out" not in finding for *_, finding in self.findings):
            said.append(
                "Some who could be listed are kept off by lot, to see whether a list helps."
            )
        return said

    @property
    def notes(self) -> list[str]:
        """The sentences below the lists."""
        said = []
        if len(self.rows) > MOST_ROWS:
            said.append(f"{len(self.rows) - MOST_ROWS} more stand in the table action_list.")
        if self.children:
            said.append(
                f"{self.children} children were here lately and have no guardian who can be"
                " reached: see children_without_guardian in the private warehouse."
            )
        return said

    @property
    def lists(self) -> list[tuple[str, str, list[tuple]]]:
        """Title, what to do, and rows of person, reason and other, of what fits on the page."""
        return [
            (title, what, [row[2:5] for row in rows])
            for (title, what), rows in groupby(self.rows[:MOST_ROWS], key=lambda row: row[:2])
        ]


def brief_of(connection: duckdb.DuckDBPyConnection) -> Brief:
    """The brief of a published file."""
    children = connection.sql(CHILDREN).fetchall()
    today = connection.sql("select today from gym_today").fetchall()
    return Brief(
        connection.sql(LIST).fetchall(),
        connection.sql(FINDINGS).fetchall(),
        children[0][0] if children else 0,
        today[0][0] if today else "a gym without check-ins",
    )


def counted(finding: tuple) -> str:
    """Whom one comparison counts, as a line says it."""
    outcome, days, listed, held_out, _ = finding
    return f"{outcome} within {days} days: {listed} listed, {held_out} kept off"


def table(head: tuple[str, ...], rows: list[tuple]) -> str:
    """A table whose first column heads the rows."""
    columns = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>'
        for name, kind in zip(head, (' class="person"', "", ' class="other"'), strict=False)
    )
    body = "".join(
        f'<tr><th scope="row">{escape(str(first))}</th>'
        + "".join(f"<td>{escape(str(cell))}</td>" for cell in others)
        + "</tr>\n"
        for first, *others in rows
    )
    return (
        f'<div class="wide"><table>\n<thead><tr>{columns}</tr></thead>\n'
        f"<tbody>\n{body}</tbody>\n</table></div>"
    )


def brief_body(brief: Brief) -> str:
    """The brief as HTML."""
    parts = [f"<h1>{HEADING}</h1>", *(f"<p>{escape(text)}</p>" for text in brief.lead)]
    if not brief.rows:
        parts.append("<p>Nobody is on a list today.</p>")
    for title, what, rows in brief.lists:
        parts += [f"<h2>{escape(title)}</h2>", f"<p>{escape(what)}.</p>"]
        parts.append(table(("Who", "Why", "With whom"), rows))
    parts += [f"<p>{escape(text)}</p>" for text in brief.notes]
    if brief.findings:
        parts += ["<h2>Did the lists help?</h2>"]
        rows = [(counted(finding), finding[-1]) for finding in brief.findings]
        parts.append(table(("Compared", "Finding"), rows))
    return "\n".join(parts)


def plain(text: object) -> str:
    r"""Text in which no sign means anything to Markdown.

    Example:
        >>> plain("*Ann* <b> | Example")
        '\\*Ann\\* \\<b\\> \\| Example'
    """
    return re.sub(r"([\\`*_\[\]<>|#~&])", r"\\\1", re.sub(r"\s+", " ", str(text)))


def brief_text(brief: Brief) -> str:
    """The brief as Markdown."""
    lines = [f"# {HEADING}", "", *map(plain, brief.lead)]
    if not brief.rows:
        lines += ["", "Nobody is on a list today."]
    for title, what, rows in brief.lists:
        lines += ["", f"## {plain(title)}", "", f"{plain(what)}.", ""]
        lines += [
            f"- {plain(person)}: {plain(reason)}" + (f" ({plain(other)})" if other else "")
            for person, reason, other in rows
        ]
    if brief.notes:
        lines += ["", *map(plain, brief.notes)]
    if brief.findings:
        lines += ["", "## Did the lists help?", ""]
        lines += [f"- {plain(counted(it))}: {plain(it[-1])}" for it in brief.findings]
    return "\n".join(lines) + "\n"
