"""What holds for every model: described, grain first, in its layer, no key misspelled."""

from __future__ import annotations

import json
import re
import subprocess
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT, Warm

from scripts import publish
from scripts.published_texts import OWN_WORDS

# What each folder of models may read beside itself. Only the core and what is about the exports
# reads staging; the stages of matching never read back. Seeds are open to all.
MATCHING = [
    f"intermediate/matching/{n}" for n in ("1_words", "2_candidates", "3_weights", "4_decision")
]
DECISION = MATCHING[-1]
ABOUT_PEOPLE = ["core", "intermediate/people"]
READS = {
    "landing": ["source"],
    "staging": ["landing"],
    "core": ["staging"],
    "intermediate/exports": ["landing", "staging"],
    "intermediate/people": ["core"],
    "intermediate/households": ABOUT_PEOPLE,
    "intermediate/meetings": ABOUT_PEOPLE,
    **{
        stage: [*ABOUT_PEOPLE, "intermediate/households", *MATCHING[:number]]
        for number, stage in enumerate(MATCHING)
    },
    "intermediate/affinity": ["intermediate/meetings", "intermediate/people"],
    "intermediate/guests": [*ABOUT_PEOPLE, "intermediate/households", DECISION],
    "intermediate/lapses": [
        *ABOUT_PEOPLE, "intermediate/households", "intermediate/meetings", "intermediate/affinity",
    ],
    "intermediate/interactions": [
        *ABOUT_PEOPLE, "intermediate/households", "intermediate/meetings", DECISION, "build_state",
    ],
    "intermediate/events": [*ABOUT_PEOPLE, DECISION],
    "intermediate/privacy": [*ABOUT_PEOPLE, DECISION],
    "intermediate/questions": [
        *ABOUT_PEOPLE, "intermediate/matching/2_candidates", DECISION, "intermediate/privacy",
    ],
    "intermediate/guardians": [*ABOUT_PEOPLE, "intermediate/households", DECISION],
    "marts": [
        "core", "intermediate/people", "intermediate/households", "intermediate/meetings",
        "intermediate/affinity", "intermediate/interactions", "intermediate/events",
        "intermediate/exports", "intermediate/guardians", "intermediate/guests",
        "intermediate/lapses", DECISION, "build_state",
    ],
    # lists are made of what the marts say, and the marts of lists of these
    "intermediate/actions": [
        "landing", *ABOUT_PEOPLE, "intermediate/meetings", "intermediate/guests",
        "intermediate/lapses", "marts",
    ],
    "marts/questions": ["core", "intermediate/people", "intermediate/questions", DECISION],
    "marts/actions": ["core", "intermediate/people", "intermediate/actions", "marts"],
    "functions": ["marts"],
    "reporting/exports": ["staging", "core", "intermediate/exports"],
    "reporting": [
        "marts", "marts/actions", "marts/questions", "functions", "reporting/exports", "core",
        "intermediate/people",
        "intermediate/meetings", "intermediate/privacy", "intermediate/actions", "build_state",
    ],
}  # fmt: skip
NODE_KEYS = {
    "models": {"name", "description", "config", "columns", "data_tests", "constraints"},
    "seeds": {"name", "description", "config", "columns", "data_tests"},
    "unit_tests": {"name", "description", "model", "given", "expect", "overrides", "config"},
    "sources": {"name", "description", "config", "schema", "tables"},
    "exposures": {
        "name",
        "label",
        "type",
        "description",
        "depends_on",
        "owner",
        "url",
        "maturity",
        "config",
    },
    "analyses": {"name", "description", "config", "columns"},
    "macros": {"name", "description", "arguments", "config"},
}
# A column whose name has one of these words in it holds a person's data ...
PERSONAL = re.compile(
    r"name|mail|phone|birth|word|surname|_text$|details|metadata|description|reason", re.IGNORECASE
)
# ... or is one of these, which do not.
NOT_PERSONAL = {
    "column_name": "a column of a table",
    "birthday_problem": "a reason",
    "customer_birthday_problem": "a reason",
    "export_name": "a folder and a file",
    "file_name": "a file",
    "table_name": "a table",
    "location_name": "a gym",
    "pass_name": "a kind of pass",
    "membership_name": "a type of membership",
    "members.name": "a type of membership",
    "memberships.name": "a type of membership",
    "name_field": "which part of a name is meant",
    "given_name": "a list of first names of the language",
    "nickname": "a list of first names of the language",
    "name_weight": "a number",
    "namesake_chance": "a number",
    "first_name_agreement": "a level",
    "last_name_agreement": "a level",
    "dialect_capitan.source_word": "words of a system",
    "dialect_capitan.core_word": "words of the core",
    "placeholder_birthdays.birthday": "days that stand for no day",
    "made_up_birthdays.birthday": "days that stand for no day",
    "reason": "a reason",
    "is_email_dummy": "a yes or no",
    "is_phone_dummy": "a yes or no",
    "match_weight_name": "a number",
    "other_name_odds": "a number",
    "same_name_odds": "a number",
    "is_also_a_name": "a yes or no",
    "name_affixes.word": "a list of titles and degrees",
    "is_email_owner": "a yes or no",
    "is_same_birthday": "a yes or no",
    "is_same_email": "a yes or no",
    "is_same_last_name": "a yes or no",
    "is_same_phone": "a yes or no",
    "customer_connections.metadata": "counts and dates",
    "partners.metadata": "counts and dates",
    "names_withheld.published_text": "what anybody may read",
    "no_purchase_reason": "one of a few words",
    "unreadable_values.reason": "one of a few words",
}
COLUMN_KEYS = {"name", "description", "data_type", "data_tests", "config", "constraints"}


@pytest.fixture(scope="module")
def manifest() -> dict:
    return json.loads((Warm.parsed() / "target/manifest.json").read_text())


def nodes(manifest: dict, kind: str) -> list[dict]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == kind]


def folder(manifest: dict, unique_id: str) -> str:
    """The folder of a model, as READS knows it; of anything else its kind."""
    kind, _, name = unique_id.split(".", 2)
    if kind == "source":
        return "build_state" if name.startswith("build_state.") else "source"
    if kind != "model":
        return kind
    path = Path(manifest["nodes"][unique_id]["path"]).parent
    return next(str(at) for at in (path, *path.parents) if str(at) in READS)


def wrong_edges(manifest: dict) -> list[tuple[str, str]]:
    """Each model and what it reads against the order of the folders."""
    return [
        (node["name"], parent)
        for node in nodes(manifest, "model")
        for parent in node["depends_on"]["nodes"]
        if (at := folder(manifest, parent)) != "seed"
        and at != (own := folder(manifest, node["unique_id"]))
        and at not in READS[own]
    ]


def yaml_files() -> list[Path]:
    folders = ("models", "seeds", "macros", "analyses", "python_udfs")
    return sorted(path for folder in folders for path in (PROJECT / folder).rglob("*.yml"))


def test_every_model_and_seed_is_described_grain_first(manifest: dict) -> None:
    described = nodes(manifest, "model") + nodes(manifest, "seed")
    assert described
    assert [n["name"] for n in described if not n["description"].startswith("Grain: one row")] == []


def test_every_model_says_its_grain_in_its_own_file(manifest: dict) -> None:
    wrong = [
        node["name"]
        for node in nodes(manifest, "model")
        if not re.search(r"(-- |\"\"\")Grain: one row", node["raw_code"])
    ]
    assert wrong == []


def test_every_yaml_column_is_described(manifest: dict) -> None:
    undescribed = [
        f"{node['name']}.{column['name']}"
        for node in nodes(manifest, "model") + nodes(manifest, "seed")
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert undescribed == []


def test_every_built_column_is_described(manifest: dict, sample_project) -> None:
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    found = built.query("select table_name, column_name from duckdb_columns() where not internal")
    described = {
        (node["name"], column)
        for node in nodes(manifest, "model") + nodes(manifest, "seed")
        for column in node["columns"]
    }
    landed = {n["name"] for n in nodes(manifest, "model") if n["path"].startswith("landing")}
    tables = {node["name"] for node in nodes(manifest, "model") + nodes(manifest, "seed")}
    assert (
        sorted(
            (table, column)
            for table, column in set(found) - described
            # the columns of an export are described at the source
            if table in tables - landed
        )
        == []
    )


def tagged(node: dict) -> set[str]:
    """The columns of a model, seed or source that are tagged as personal data."""
    columns = node["columns"].values()
    return {c["name"] for c in columns if c["config"].get("meta", {}).get("contains_pii")}


def test_every_column_that_sounds_personal_is_tagged_or_justified(manifest: dict) -> None:
    described = nodes(manifest, "model") + nodes(manifest, "seed") + [*manifest["sources"].values()]
    sounding = {
        (node["name"], column)
        for node in described
        for column in node["columns"]
        if PERSONAL.search(column)
    }
    personal = {(node["name"], column) for node in described for column in tagged(node)}
    justified = {
        (name, column)
        for name, column in sounding
        if column in NOT_PERSONAL or f"{name}.{column}" in NOT_PERSONAL
    }
    assert sorted(sounding - personal - justified) == []
    assert sorted(personal & justified) == []
    unused = set(NOT_PERSONAL) - {c for _, c in justified} - {f"{n}.{c}" for n, c in justified}
    assert unused == set()


def test_what_is_public_has_no_personal_column(manifest: dict) -> None:
    """Nor does it name one of a table that it reads, nor does a public exposure read another."""
    known = manifest["nodes"] | manifest["sources"]
    public = {
        node["unique_id"]: node
        for node in nodes(manifest, "model")
        if node["config"]["meta"].get("audience") == "public"
    }
    assert public
    for node in public.values():
        assert tagged(node) == set(), node["name"]
        read = set().union(*(tagged(known[parent]) for parent in node["depends_on"]["nodes"]))
        code = re.sub(r"--.*", "", node["raw_code"])
        found = {column for column in read if re.search(rf"\b{column}\b", code)}
        assert found == set(), node["name"]
    exposures = manifest["exposures"].values()
    shown = [e for e in exposures if e["config"]["meta"].get("audience") == "public"]
    assert [
        (exposure["name"], parent)
        for exposure in shown
        for parent in exposure["depends_on"]["nodes"]
        if parent not in public
    ] == []


def test_every_table_function_is_published_with_all_it_reads(manifest: dict) -> None:
    functions = [n for n in nodes(manifest, "model") if n["path"].startswith("functions/")]
    assert {node["name"] for node in functions} == set(publish.FUNCTIONS)
    parents = {parent.split(".")[-1] for n in functions for parent in n["depends_on"]["nodes"]}
    assert parents <= {*publish.TABLES, *publish.VIEWS}


def test_every_folder_reads_only_what_stands_before_it(manifest: dict) -> None:
    assert wrong_edges(manifest) == []


@pytest.mark.parametrize(
    ("model", "parent"),
    [
        ("match_visit_weights", "stg_capitan__checkins"),
        ("match_word_counts", "match_decisions"),
        ("people", "membership_members"),
        ("core_customers", "people"),
        ("pair_affinity", "customer_interactions"),
    ],
)
def test_an_edge_against_the_order_is_found(manifest: dict, model: str, parent: str) -> None:
    reader, read = (f"model.gym_connections.{name}" for name in (model, parent))
    planted = deepcopy(manifest)
    planted["nodes"][reader]["depends_on"]["nodes"].append(read)
    assert wrong_edges(planted) == [(model, read)]


def test_no_folder_reads_one_that_stands_after_it() -> None:
    """The order has no circle: each folder names earlier ones only."""
    order = list(READS)
    for own, others in READS.items():
        assert all(at not in order or order.index(at) < order.index(own) for at in others), own


def test_every_model_has_its_yaml_beside_it(manifest: dict) -> None:
    wrong = [
        node["name"]
        for node in nodes(manifest, "model") + nodes(manifest, "seed")
        if not (PROJECT / node["original_file_path"]).with_suffix(".yml").exists()
    ]
    assert wrong == []


@pytest.mark.parametrize("path", yaml_files(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_yaml_uses_only_keys_that_dbt_reads(path: Path) -> None:
    content = yaml.safe_load(path.read_text())
    assert set(content) <= set(NODE_KEYS) | {"version"}
    for kind, allowed in NODE_KEYS.items():
        for entry in content.get(kind, []):
            assert set(entry) <= allowed, entry["name"]
            if kind in ("models", "seeds"):
                for column in entry.get("columns", []):
                    assert set(column) <= COLUMN_KEYS, column["name"]


def test_marts_and_what_reads_python_have_a_contract(manifest: dict) -> None:
    python = {n["unique_id"] for n in nodes(manifest, "model") if n["language"] == "python"}
    wrong = [
        node["name"]
        for node in nodes(manifest, "model")
        if node["language"] == "sql"
        and (node["path"].startswith("marts") or python & set(node["depends_on"]["nodes"]))
        and not node["contract"]["enforced"]
    ]
    assert wrong == []


def test_every_macro_of_the_project_is_described(manifest: dict) -> None:
    undescribed = [
        macro["name"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "gym_connections"
        and not macro["name"].startswith("test_")
        and not macro["description"].strip()
    ]
    assert undescribed == []


def test_files_stay_short_or_say_why_not(manifest: dict) -> None:
    lines = {node["name"]: node["raw_code"].splitlines() for node in nodes(manifest, "model")}
    assert [name for name, read in lines.items() if len(read) > 200] == []
    long = {name for name, read in lines.items() if len(read) > 130}
    explained = {
        name for name, read in lines.items() if any(line.startswith("-- Long: ") for line in read)
    }
    assert long == explained


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    patterns = re.compile(r"/(home|root|Users|work)/\w|--(extra-)?index-url |pythonhosted")
    this = Path(__file__).relative_to(PROJECT)
    found = [
        name
        for name in listed
        if Path(name) != this
        and (PROJECT / name).is_file()
        and patterns.search((PROJECT / name).read_text(errors="ignore"))
    ]
    assert found == []


def test_words_of_the_project_are_searched_for_no_name(manifest: dict) -> None:
    """A customer called Guest Pass must not take the kind of an entry away."""
    own = {
        (manifest["nodes"][node["attached_node"]]["name"], node["column_name"])
        for node in nodes(manifest, "test")
        if node.get("test_metadata", {}).get("name") == "accepted_values"
    }
    published = {(table, column) for table, column in own if table in publish.TABLES}
    assert len(published) > 5
    assert {column for _, column in published} - OWN_WORDS == set()
