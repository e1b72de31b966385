"""Changes to a model's SQL that a person might make by mistake, one at a time."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

# What a change is not made in: remarks, texts and Jinja, but the parameters among it.
HIDDEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}", re.DOTALL)
PARAMETER = re.compile(r"\{\{ (?:var|match_parameter)\([^}]*\}\}")
# Kind, what is looked for, and what takes its place.
CHANGES = [
    ("bound", r"(?<=\s)<=(?=\s)", "<"),
    ("bound", r"(?<=\s)>=(?=\s)", ">"),
    ("bound", r"(?<=\s)<(?=\s)", "<="),
    ("bound", r"(?<=\s)>(?=\s)", ">="),
    ("direction", r"(?<=\s)<=(?=\s)", ">="),
    ("direction", r"(?<=\s)>=(?=\s)", "<="),
    ("join", r"\binner join\b", "left join"),
    ("join", r"\bleft join\b", "inner join"),
    ("set", r"\bunion all\b", "union"),
    ("set", r"\bunion\b(?! all)", "union all"),
    ("aggregate", r"\bmin\((?!\*)", "max("),
    ("aggregate", r"\bmax\((?!\*)", "min("),
    ("aggregate", r"\bsum\(", "max("),
    ("aggregate", r"\bcount\(distinct ", "count("),
    ("aggregate", r"\bbool_or\(", "bool_and("),
    ("aggregate", r"\bbool_and\(", "bool_or("),
    ("extreme", r"\bgreatest\(", "least("),
    ("extreme", r"\bleast\(", "greatest("),
    ("null", r"\bis not null\b", "is null"),
    ("null", r"\bis null\b", "is not null"),
    ("logic", r"(?m)^(\s+)and (?!.*\bbetween\b)", r"\1or "),
    ("logic", r"(?m)^(\s+)or ", r"\1and "),
    ("logic", r"\bnot in\b", "in"),
    ("distinct", r"\bselect distinct\b", "select"),
    ("order", r"(?<=\S) desc\b", ""),
    ("order", r"(?<=\()order by (\w+(?:\.\w+)?)(?=[,) ])", r"order by \1 desc"),
    ("arithmetic", r"(?<=[\w)]) \+ (?=[\w(~])", " - "),
    ("arithmetic", r"(?<=[\w)]) - (?=[\w(~])", " + "),
    ("arithmetic", r"(?<=[\w)]) / (?=[\w(~])", " * "),
    ("arithmetic", r"(?<!select)(?<=[\w)]) \* (?=[\w(~])", " / "),
    ("constant", r"(?<![\w.\[])(\d+)(?![\w.\]])", lambda found: str(int(found[1]) + 1)),
    ("parameter", PARAMETER.pattern, lambda found: f"(2 * {found[0]})"),
]


@dataclass(frozen=True)
class Mutant:
    """One change to one model."""

    path: Path
    line: int
    kind: str
    before: str
    after: str
    text: str

    @property
    def model(self) -> str:
        return self.path.stem


def masked(sql: str) -> str:
    """The text with blanks in the place of what is not to be changed."""

    def blank(found: re.Match[str]) -> str:
        if PARAMETER.fullmatch(found[0]):
            return found[0]
        return re.sub(r"[^\n]", " ", found[0]) if "\n" in found[0] else "~" * len(found[0])

    return HIDDEN.sub(blank, sql)


def mutants_of(path: Path, sql: str) -> list[Mutant]:
    """All changes to one model.

    The order of the last select is none of its results, and a join without its keys does not end.

    Example:
        >>> [(m.kind, m.after) for m in mutants_of(Path("a.sql"), "select min(b) from c -- < d")]
        [('aggregate', 'select max(b) from c -- < d')]
    """
    visible = masked(sql)
    joined = [
        found.span() for found in re.finditer(r"\bon\b(?:\n\s+.+(?:\n\s+and .+)*| .+)", visible)
    ]
    found_ones = []
    for kind, pattern, replacement in CHANGES:
        for found in re.finditer(pattern, visible):
            start, end = found.span()
            if kind == "logic" and any(first <= start < last for first, last in joined):
                continue
            new = replacement(found) if callable(replacement) else found.expand(replacement)
            first, last = sql.rfind("\n", 0, end) + 1, sql.find("\n", end)
            last = len(sql) if last < 0 else last
            first = min(first, sql.rfind("\n", 0, start) + 1)
            text = sql[:start] + new + sql[end:]
            after = text[first : last + len(text) - len(sql)]
            line = sql.count("\n", 0, end) + 1
            found_ones.append(
                Mutant(path, line, kind, sql[first:last].strip(), after.strip(), text)
            )
    return found_ones


def chosen(paths: list[Path], number: int, seed: int) -> list[Mutant]:
    """So many changes, spread over the models and the kinds of change, the same for one seed."""
    chance = random.Random(seed)
    waiting = {path: mutants_of(path, path.read_text(encoding="utf-8")) for path in sorted(paths)}
    result: list[Mutant] = []
    while len(result) < number and any(waiting.values()):
        models = [path for path, changes in waiting.items() if changes]
        chance.shuffle(models)
        for path in models[: number - len(result)]:
            kinds = sorted({change.kind for change in waiting[path]})
            kind = chance.choice(kinds)
            change = chance.choice([one for one in waiting[path] if one.kind == kind])
            waiting[path].remove(change)
            result.append(change)
    return result
