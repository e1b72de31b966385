"""The examples of the macros, which no linter of SQL reads, are run; arguments are described.

An example is a line of `config.meta.examples`: an expression in Jinja, the word gives, and SQL. It
may use `over`, which asks for each row of a table `given`, and `said`, `first` and `without`, for
macros that are no SQL by themselves.
"""

from __future__ import annotations

import configparser
import inspect
import re
from collections.abc import Iterator

import duckdb
import jinja2
import pytest
import sqlfluff_library
import yaml
from conftest import PROJECT
from jinja2 import nodes

# A query of the whole project, dbt's own hook, or of use within one statement only.
WITHOUT_EXAMPLE = {
    "comment_on_function": "a statement of dbt",
    "comments_on": "a statement of dbt",
    "core_exports": "a list of the vars",
    "core_rows": "a query of staging",
    "core_word": "a word of a seed",
    "create_build_state": "a statement of dbt",
    "drop_former": "a statement of dbt",
    "drop_former_relations": "a statement of dbt",
    "export_modified_at": "asks for files",
    "exports_known": "reads the manifest",
    "forget_interaction_dates": "a statement of dbt",
    "generate_schema_name": "dbt's own",
    "get_incremental_replace_changed_dates_sql": "a statement of dbt",
    "given_values": "columns of an export, see the tests of unreadable values",
    "interaction_state": "a table of dbt",
    "is_another_person": "a condition of row_outcome",
    "match_link_likelihood": "columns of a query",
    "payment_link_probability": "columns of a query",
    "match_payment_weight": "columns of a query",
    "pass_gear_among": "columns of a query",
    "materialization_table_duckdb": "a statement of dbt",
    "materialization_test_duckdb": "a statement of dbt",
    "materialization_view_duckdb": "a statement of dbt",
    "of_winner": "a condition of row_outcome",
    "record_hash": "all columns of a landing table",
    "record_text": "all columns of a landing table",
    "remember_interaction_dates": "a statement of dbt",
    "rules_fingerprint": "reads the manifest",
    "runs_everything": "reads the manifest",
    "say_who_publishes": "no SQL",
    "unreadable_values": "columns of an export, see the tests of unreadable values",
    "unreadable_values_of": "columns of an export, see the tests of unreadable values",
    "values_read_of": "columns of an export, see the tests of unreadable values",
}
# What each engine has of its own; the macro that asks for it has the example, where there is one.
WITHOUT_EXAMPLE |= {
    "default__connected_components": "see connected_components",
    "default__create_build_state": "a statement of dbt",
    "default__drop_former_relations": "a statement of dbt",
    "default__remember_interaction_dates": "a statement of dbt",
    "materialization_incremental_spark": "a statement of dbt",
    "materialization_seed_spark": "a statement of dbt",
    "materialization_table_function_spark": "a statement of dbt",
    "materialization_table_spark": "a statement of dbt",
    "materialization_view_spark": "a statement of dbt",
    "spark__connected_components": "a query of Spark's",
    "spark__create_build_state": "a statement of dbt",
    "spark__drop_former_relations": "a statement of dbt",
    "spark__get_test_sql": "a statement of dbt",
    "spark__remember_interaction_dates": "a statement of dbt",
    "spark_table": "a statement of dbt",
}
# dbt names a materialization so, and takes it for a macro
MATERIALIZATION = re.compile(r'materialization (\w+), adapter="(\w+)"[^%]*%}')
SOURCE = MATERIALIZATION.sub(
    r"macro materialization_\1_\2() %}",
    "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "macros").glob("*.sql")),
).replace("endmaterialization", "endmacro")
DESCRIBED = {
    macro["name"]: macro
    for path in sorted((PROJECT / "macros").glob("*.yml"))
    for macro in yaml.safe_load(path.read_text(encoding="utf-8"))["macros"]
}
EXAMPLES = [
    (name, example)
    for name, macro in DESCRIBED.items()
    for example in macro.get("config", {}).get("meta", {}).get("examples", [])
]
VARS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


def over(columns: str, rows: str, expression: str) -> str:
    """What an expression gives for each row of a table `given`, as a list."""
    return (
        f"(with given({columns}) as (values {rows}),"
        f" numbered as (select {expression} as found, row_number() over () as number from given)"
        " select list(found order by number) from numbered)"
    )


def quoted(text: str) -> str:
    return "'" + text.strip().replace("'", "''") + "'"


ENVIRONMENT = jinja2.Environment(extensions=["jinja2.ext.do"])
CONTEXT = {
    "var": VARS.__getitem__,
    "env_var": lambda name, default="": {"GYM_TIMEZONE": "America/Chicago"}.get(name, default),
    "execute": False,
    "return": lambda text: text,
    "over": over,
    "said": quoted,
    "first": lambda text, pattern, group=1: f"regexp_extract({quoted(text)}, {pattern}, {group})",
    "without": lambda text, pattern: f"regexp_replace({quoted(text)}, {pattern}, '')",
}


class Adapter:
    """What a macro asks which engine there is: DuckDB."""

    @staticmethod
    def dispatch(name: str) -> jinja2.runtime.Macro:
        return MACROS[f"default__{name}"]


CONTEXT["adapter"] = Adapter
MACROS = {
    name: macro
    for name, macro in vars(ENVIRONMENT.from_string(SOURCE, CONTEXT).module).items()
    if not name.startswith("_")
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as found:
        seed = PROJECT / "seeds/matching/match_parameters.csv"
        found.execute(f"create table match_parameters as from read_csv('{seed}')")
        yield found


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_an_example_gives_what_it_says(name: str, example: str, connection) -> None:
    call, _, expected = example.partition(" gives ")
    assert f"{name}(" in call
    sql = ENVIRONMENT.compile_expression(call)(**CONTEXT, **MACROS).strip()
    found, wanted, is_same = connection.sql(
        f"select found, wanted, found is not distinct from wanted"
        f" from (select ({sql}) as found, ({expected}) as wanted)"
    ).fetchone()
    assert is_same, f"gives {found!r}, and not {wanted!r}"


def test_every_macro_has_an_example_or_a_reason() -> None:
    assert len(EXAMPLES) > 100
    assert {name for name, _ in EXAMPLES} | set(WITHOUT_EXAMPLE) == set(DESCRIBED)
    assert {name for name, _ in EXAMPLES} & set(WITHOUT_EXAMPLE) == set()


def test_every_argument_is_described_in_its_place() -> None:
    """And nothing is described that is no argument."""
    taken = {
        macro.name: [argument.name for argument in macro.args]
        for macro in ENVIRONMENT.parse(SOURCE).find_all(nodes.Macro)
    }
    assert len(taken) > 70
    described = {
        name: [argument["name"] for argument in macro.get("arguments", [])]
        for name, macro in DESCRIBED.items()
    }
    assert {name: described.get(name) for name in taken} == taken
    assert set(described) == set(taken)
    lacking = [
        (name, argument["name"])
        for name, macro in DESCRIBED.items()
        for argument in macro.get("arguments", [])
        if not argument.get("description", "").strip() or not argument.get("type")
    ]
    assert lacking == []


def test_what_the_linter_takes_for_a_macro_has_its_arguments() -> None:
    """`.sqlfluff` has short ones for long macros: the style of a model does not hang on them."""
    config = configparser.ConfigParser(interpolation=None)
    config.optionxform = str
    config.read(PROJECT / ".sqlfluff", encoding="utf-8")
    short = {
        name: text
        for name, text in config["sqlfluff:templater:jinja:macros"].items()
        if name not in ("env_var", "local_md5")
    }
    assert len(short) > 10
    replaced, real = (
        {
            macro.name: [argument.name for argument in macro.args]
            for macro in ENVIRONMENT.parse(text).find_all(nodes.Macro)
        }
        for text in ("".join(short.values()), SOURCE)
    )
    assert replaced == {name: real.get(name) for name in short}


def test_the_linter_knows_each_macro_that_gives_a_list() -> None:
    """And the one that asks which engine there is, which the linter cannot know."""
    text = (PROJECT / "macros/core_rows.sql").read_text(encoding="utf-8")
    macros = {
        macro.name: [argument.name for argument in macro.args]
        for source in (text, SOURCE)
        for macro in ENVIRONMENT.parse(source).find_all(nodes.Macro)
        if source is text or macro.name == "connected_components"
    }
    functions = inspect.getmembers(sqlfluff_library, inspect.isfunction)
    assert {name: list(inspect.signature(f).parameters) for name, f in functions} == macros
