"""A draft finds the columns that a dialect needs: by words in three languages, values and joins."""

# A row of a file, or a case, stands on a line of its own.
# ruff: noqa: E501

from __future__ import annotations

import csv
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import PROJECT, once, write_sample

from python_udfs.dialects.core import TABLES
from python_udfs.dialects.document import Dialect, columns_of, load, parse, steps
from scripts.dialects.draft import drafted, text_of
from scripts.sample_gym import dialects

# The headers of Capitan as a system in another language would write them; its files, too.
SPANISH = {
    "customer_id": "ID Cliente", "first_name": "Nombre", "last_name": "Apellidos",
    "email": "Correo electrónico", "phone": "Teléfono", "birthday": "Fecha de nacimiento",
    "created_at": "Fecha de alta", "checkin_id": "ID Entrada", "checkin_datetime": "Fecha y hora",
    "entry_method": "Tipo de entrada", "entry_method_description": "Descripción",
    "location_id": "Sala", "location_name": "Nombre de la sala", "membership_id": "ID Membresía",
    "member_id": "ID Miembro", "owner_id": "ID Titular", "name": "Tarifa", "start_date": "Inicio",
    "end_date": "Fin", "related_customer_id": "ID Cliente relacionado", "relationship": "Parentesco",
    "transaction_id": "Número de transacción", "Description": "Concepto", "Total Amount": "Importe",
    "Name": "Nombre del cliente", "Date": "Fecha", "receipt_email": "Correo del recibo",
    "member_first_name": "Nombre", "member_last_name": "Apellidos", "quantity": "Cantidad",
    "status": "Estado",
}  # fmt: skip
GERMAN = {
    "customer_id": "Kundennummer", "first_name": "Vorname", "last_name": "Nachname",
    "email": "E-Mail", "phone": "Telefon", "birthday": "Geburtsdatum", "created_at": "Angelegt am",
    "checkin_id": "Besuchs-ID", "checkin_datetime": "Zeitpunkt", "entry_method": "Eintrittsart",
    "entry_method_description": "Beschreibung", "location_id": "Halle", "location_name": "Hallenname",
    "membership_id": "Vertragsnummer", "member_id": "Mitgliedsnummer", "owner_id": "Inhaber",
    "name": "Tarif", "start_date": "Beginn", "end_date": "Ende",
    "related_customer_id": "Verwandter Kunde", "relationship": "Verwandtschaft",
    "transaction_id": "Belegnummer", "Description": "Artikel", "Total Amount": "Betrag",
    "Name": "Kundenname", "Date": "Datum", "receipt_email": "E-Mail der Quittung",
    "member_first_name": "Vorname", "member_last_name": "Nachname", "quantity": "Menge",
    "status": "Zustand",
}  # fmt: skip
FILES = {
    "spanish": {
        "customers": "clientes", "checkins": "entradas", "members": "miembros",
        "memberships": "membresias", "relations": "familiares",
        "combined_transaction_data": "pagos",
    },
    "german": {
        "customers": "kunden", "checkins": "besuche", "members": "mitgliederliste",
        "memberships": "vertraege", "relations": "verwandte", "combined_transaction_data": "zahlungen",
    },
}  # fmt: skip
WORDS = {"spanish": SPANISH, "german": GERMAN}


@pytest.fixture(scope="module")
def other_systems(shared: Path) -> Path:
    """A twentieth of the sample, as other systems export it."""

    def make(folder: Path) -> None:
        write_sample(folder, "--scale", "0.05")
        for name in dialects.WRITERS:
            dialects.write(name, folder, folder / "dialects" / name)
        for language, names in WORDS.items():
            for path in sorted((folder / "exports").glob("*/*.csv")):
                translate(path, folder / language, FILES[language][path.stem], names)

    return once(shared, "dialect_samples", make)


def translate(path: Path, folder: Path, name: str, words: dict[str, str]) -> None:
    """Write a file with the headers of another language; a header without one is dropped."""
    folder.mkdir(exist_ok=True)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    kept = [i for i, title in enumerate(header) if title in words]
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([words[header[i]] for i in kept])
        writer.writerows([row[i] for i in kept] for row in rows if len(row) == len(header))


def needed(dialect: Dialect) -> dict[tuple[str, str], set[str]]:
    """For each column that must be filled the columns from which the dialect fills it."""
    found: dict[tuple[str, str], set[str]] = {}
    for block in dialect.blocks():
        made = {name: value for names, value in steps(block) for name in names}
        for column in TABLES[block.table].columns:
            value = block.columns.get(column.name)
            if column.is_required and value is not None:
                sources = columns_of(value)
                for name in [one for one in sources if one in made and "regex" not in made[one]]:
                    sources += columns_of(made[name])
                found.setdefault((block.table, column.name), set()).update(sources)
    return found


def share_found(dialect: Dialect, exports: Path, words: dict[str, str] | None = None) -> float:
    """The share of the required columns that a draft finds without asking."""
    _, tables = drafted(exports)
    chosen = {(one.table, name): one.chosen(name) for one in tables for name in one.columns}
    wanted = needed(dialect)
    right = []
    for key, sources in wanted.items():
        guess = chosen.get(key)
        meant = {words[one] for one in sources if one in words} if words else sources
        right.append(guess is not None and guess.column in meant)
        print("found" if right[-1] else "MISSED", key, guess and guess.column, meant)
    return sum(right) / len(right)


def without(dialect: Dialect, *tables: str) -> Dialect:
    """A dialect without what the sample of its system does not have."""
    core = {name: blocks for name, blocks in dialect.document["core"].items() if name not in tables}
    return dialect._replace(document=dialect.document | {"core": core})


@pytest.mark.parametrize(
    ("name", "folder", "missing"),
    [
        ("capitan", "capitan/capitan.sample", ()),
        ("rock_gym_pro", "rock_gym_pro/rock_gym_pro", ("relations", "payments")),
        ("mindbody", "mindbody/mindbody", ("relations",)),
        ("square", "square/square", ()),
    ],
)
def test_a_draft_finds_nine_of_ten_required_columns(
    other_systems: Path, name: str, folder: str, missing: tuple[str, ...]
) -> None:
    dialect = without(load(name), *missing)
    assert share_found(dialect, other_systems / "dialects" / folder) >= 0.9


@pytest.mark.parametrize("language", ["spanish", "german"])
def test_headers_of_another_language_are_found(other_systems: Path, language: str) -> None:
    assert share_found(load("capitan"), other_systems / language, WORDS[language]) >= 0.7


def test_a_draft_is_a_dialect_once_its_zones_are_told(other_systems: Path) -> None:
    text = text_of(other_systems / "dialects/mindbody/mindbody", date(2026, 1, 2))
    assert "zone: ASK" in text
    told = text.replace("zone: ASK", "zone: gym").replace("system: mygym", "system: draft")
    found = parse(told, "dialects/draft.yml")
    assert {block.table for block in found.blocks()} >= {"customers", "checkins", "pass_uses"}


def test_a_draft_says_why_and_how_sure_it_is(other_systems: Path) -> None:
    text = text_of(other_systems / "german", date(2026, 1, 2))
    said = [
        line for line in text.splitlines() if re.match(r" +(# )?[a-z_]+: .*  # [01][.]\d\d: ", line)
    ]
    assert len(said) > 15
    assert re.search(r"customer_id: .*Kundennummer.* \d+% distinct", text)


def test_no_person_is_in_a_draft(other_systems: Path) -> None:
    text = text_of(other_systems / "exports", date(2026, 1, 2))
    with (other_systems / "exports/capitan/customers.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        emails = {row["email"] for row in csv.DictReader(file) if row["email"]}
    assert emails
    assert not [email for email in emails if email in text]


def test_nothing_is_drafted_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("colour,size\nred,3\n")
    done = subprocess.run(
        [sys.executable, "-m", "scripts", "draft-dialect", str(tmp_path)],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "looks like customers" in done.stderr
