"""The sample: equal arguments give equal bytes, truth and exports agree, all dirt is there."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from scripts import cli
from scripts import sample_exports as sampler
from scripts.sample_gym import config, csvfile, dirt, names, odd_rows
from scripts.sample_gym.config import Arguments

SCRIPT = Path(sampler.__file__)
SMALL = Arguments(seed=1, scale=0.05)
EXPORTS = {
    "checkins": "exports/capitan/checkins.csv",
    "customers": "exports/capitan/customers.csv",
    "members": "exports/capitan/members.csv",
    "memberships": "exports/capitan/memberships.csv",
    "relations": "exports/capitan/relations.csv",
    "transactions": "exports/transactions/combined_transaction_data.csv",
}
TRUTHS = (
    "checkins", "companions", "conversions", "corrections", "duplicates", "friend_pairs",
    "guardians", "host_effects", "households", "lapses", "members", "partners", "transactions",
    "transfers",
)  # fmt: skip


class Sample:
    """A written sample; broken export rows (wrong width, no id) are left out of `export`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = json.loads((folder / "truth/manifest.json").read_text(encoding="utf-8"))

    def lines(self, name: str) -> tuple[list[str], list[list[str]]]:
        """Header and all rows of an export, broken ones included."""
        with (self.folder / EXPORTS[name]).open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        return header, rows

    def export(self, name: str) -> list[dict[str, str]]:
        """Rows that can be typed, repeated ids and all."""
        header, rows = self.lines(name)
        whole = [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]
        needed = {
            "checkins": ("checkin_id", "customer_id"),
            "members": ("member_id", "customer_id"),
            "relations": ("customer_id", "related_customer_id"),
        }.get(name, (header[0],))
        whole = [row for row in whole if all(row[key] for key in needed)]
        if name == "checkins":
            whole = [row for row in whole if re.match(r"\d{4}-\d\d-\d\d ", row["checkin_datetime"])]
        return whole

    def truth(self, name: str) -> list[dict[str, str]]:
        """Rows of a truth file."""
        path = self.folder / "truth" / f"{name}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def ids(self, name: str, column: str) -> set[str]:
        """Values of a column of an export."""
        return {row[column] for row in self.export(name)}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """One twentieth of the default gym."""
    folder = tmp_path_factory.mktemp("small") / "sample"
    assert sampler.sample_exports(folder, SMALL) is not None
    return Sample(folder)


def digests(folder: Path) -> dict[str, str]:
    """Sha256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# Equal arguments, equal bytes


def test_another_process_writes_the_same_bytes(small: Sample, tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--out", str(tmp_path / "b"), "--scale", "0.05"]
    elsewhere = os.environ | {"PYTHONHASHSEED": "77", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run(command, check=True, env=elsewhere, cwd=tmp_path, capture_output=True)
    assert digests(tmp_path / "b") == digests(small.folder)


def test_another_seed_writes_another_gym(small: Sample, tmp_path: Path) -> None:
    sampler.sample_exports(tmp_path / "other", Arguments(seed=2, scale=0.05))
    ours, theirs = digests(small.folder), digests(tmp_path / "other")
    assert ours.keys() == theirs.keys()
    assert all(ours[name] != theirs[name] for name in ours)


def test_manifest_describes_every_file(small: Sample) -> None:
    found = digests(small.folder)
    found.pop("truth/manifest.json")
    listed = small.manifest["files"]
    assert {name: entry["sha256"] for name, entry in listed.items()} == found
    assert set(listed) == {*EXPORTS.values(), *(f"truth/{name}.csv" for name in TRUTHS)}
    for name, path in EXPORTS.items():
        assert listed[path]["rows"] == len(small.lines(name)[1])


# Writing


def test_second_call_does_nothing(small: Sample, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in small.folder.rglob("*")}
    assert sampler.main(small.folder, sampler.Arguments(scale=0.05)) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in small.folder.rglob("*")} == before


@pytest.mark.parametrize("damage", ["shorter file", "missing file", "unreadable manifest"])
def test_damaged_sample_is_no_longer_current(small: Sample, tmp_path: Path, damage: str) -> None:
    for name in [*small.manifest["files"], "truth/manifest.json"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(small.folder / name, tmp_path / name)
    assert sampler.is_current(tmp_path, SMALL)
    victim = tmp_path / ("truth/manifest.json" if "manifest" in damage else EXPORTS["members"])
    text = victim.read_text(encoding="utf-8")
    victim.unlink()
    if damage != "missing file":
        victim.write_text(text[:-9], encoding="utf-8")
    assert not sampler.is_current(tmp_path, SMALL)


def test_interrupted_write_leaves_the_old_sample_and_nothing_else(
    small: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "sample"
    sampler.sample_exports(out, Arguments(scale=0.02, days=30))
    before = digests(out)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sampler, "manifest_of", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sampler.sample_exports(out, SMALL)
    assert digests(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]


def test_leftovers_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    dead = tmp_path / ".sample.partial-999999999"
    (dead / "exports").mkdir(parents=True)
    sampler.sample_exports(tmp_path / "sample", Arguments(scale=0.02, days=30))
    assert [path.name for path in tmp_path.iterdir()] == ["sample"]


def test_somebody_elses_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(SystemExit, match="something else"):
        sampler.sample_exports(tmp_path, SMALL)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    "words",
    [
        ["--scale", "0"],
        ["--days", "3"],
        ["--locations", "0"],
        ["--seed", "-1"],
        ["--contagion", "0"],
    ],
)
def test_senseless_arguments_are_refused(words: list[str]) -> None:
    assert cli.main(["sample", *words]) == 2


def test_csv_fields_survive_quotes_commas_and_breaks(tmp_path: Path) -> None:
    values = ['Bob "Rob"', "Doe, Ann", "two\nlines", "", " padded ", "plain"]
    column = {"a": csvfile.text(values), "b": csvfile.text(values[::-1])}
    csvfile.write(tmp_path / "t.csv", ["a", "b"], csvfile.lines(column))
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["a", "b"]
    assert rows == [list(row) for row in zip(values, values[::-1], strict=True)]


# Size and mix


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("checkins", 1700, 2100), ("customers", 500, 640), ("members", 45, 110),
        ("memberships", 30, 80), ("relations", 180, 500), ("transactions", 950, 1500),
        ("transfers", 70, 140), ("companion_pair_days", 500, 1600), ("friend_pairs", 250, 800),
    ],
)  # fmt: skip
def test_counts_are_those_of_a_twentieth(small: Sample, name: str, low: int, high: int) -> None:
    assert low <= small.manifest["counts"][name] <= high


def test_mix_of_entry_methods(small: Sample) -> None:
    methods = Counter(row["entry_method"] for row in small.export("checkins"))
    share = {method: 100 * count / methods.total() for method, count in methods.items()}
    assert share["MEM"] == pytest.approx(77.8, abs=5)
    assert share["ENT"] == pytest.approx(15.5, abs=4)
    assert share["FRE"] == pytest.approx(4.0, abs=1)
    assert share["GUE"] == pytest.approx(1.6, abs=1)
    assert 0 < share["EVE"] < 4


def test_history_has_the_asked_length_and_keeps_opening_hours(small: Sample) -> None:
    times = [datetime.fromisoformat(row["checkin_datetime"]) for row in small.export("checkins")]
    assert max(times).date() <= config.AS_OF
    assert min(times).date() >= config.AS_OF - timedelta(days=485)
    awake = [time for time in times if 6 <= time.hour < 22]
    assert len(times) - len(awake) <= 12  # the lock-in of New Year's night


@pytest.mark.parametrize(("scale", "gyms"), [(0.05, 1), (1.0, 1), (1.4, 1), (2.0, 2), (27.0, 27)])
def test_larger_towns_have_more_gyms_of_the_same_size(scale: float, gyms: int) -> None:
    args = Arguments(scale=scale)
    assert args.gyms == gyms
    if scale >= 1:
        assert 0.7 <= args.gym_share <= 1.5
    assert len({config.location_name(gym) for gym in range(gyms)}) == gyms


def test_with_several_locations_most_people_keep_to_one(tmp_path: Path) -> None:
    folder = tmp_path / "three"
    sampler.sample_exports(folder, Arguments(scale=0.15, days=120, locations=3))
    places: dict[str, set[str]] = {}
    for row in Sample(folder).export("checkins"):
        places.setdefault(row["customer_id"], set()).add(row["location_id"])
    assert len(set().union(*places.values())) == 3
    assert 0 < sum(len(known) > 1 for known in places.values()) < 0.2 * len(places)


# Truth and exports agree


@pytest.mark.parametrize(
    ("truth", "column", "export", "key"),
    [
        ("checkins", "checkin_id", "checkins", "checkin_id"),
        ("checkins", "customer_id", "customers", "customer_id"),
        ("companions", "customer_id_1", "customers", "customer_id"),
        ("companions", "customer_id_2", "customers", "customer_id"),
        ("corrections", "checkin_id", "checkins", "checkin_id"),
        ("friend_pairs", "customer_id_2", "customers", "customer_id"),
        ("households", "customer_id", "customers", "customer_id"),
        ("members", "member_id", "members", "member_id"),
        ("members", "customer_id", "customers", "customer_id"),
        ("members", "membership_instance_id", "memberships", "membership_id"),
        ("transactions", "transaction_id", "transactions", "transaction_id"),
        ("transactions", "true_customer_id", "customers", "customer_id"),
        ("transfers", "checkin_id", "checkins", "checkin_id"),
        ("transfers", "user_customer_id", "customers", "customer_id"),
        ("transfers", "true_purchaser_customer_id", "customers", "customer_id"),
        ("transfers", "transaction_id", "transactions", "transaction_id"),
    ],
)
def test_every_true_id_exists(
    small: Sample, truth: str, column: str, export: str, key: str
) -> None:
    true_ids = {row[column] for row in small.truth(truth)} - {""}
    assert true_ids
    assert true_ids <= small.ids(export, key)


def test_truth_covers_every_row_of_the_exports(small: Sample) -> None:
    for name, key in (("checkins", "checkin_id"), ("members", "member_id")):
        assert {row[key] for row in small.truth(name)} == small.ids(name, key)
    assert {row["customer_id"] for row in small.truth("households")} == small.ids(
        "customers", "customer_id"
    )


def test_nobody_is_older_than_the_record(small: Sample) -> None:
    created = {row["customer_id"]: row["created_at"] for row in small.export("customers")}
    late = [
        row["checkin_id"]
        for row in small.export("checkins")
        if row["checkin_datetime"] < created[row["customer_id"]]
    ]
    assert late == []


def test_transfers_say_what_the_description_says(small: Sample) -> None:
    text = {
        row["checkin_id"]: (row["created_at"], row["entry_method_description"])
        for row in sorted(small.export("checkins"), key=lambda row: row["created_at"])
    }
    for row in small.truth("transfers"):
        if row["dirt"] in ("not_a_person", "fmt_capital_from", "fmt_lower_all"):
            continue
        left = f" ({row['true_remaining']} remaining)" if row["true_remaining"] else ""
        expected = f"{row['true_pass_type']} from {row['name_as_written']}{left}"
        if row["checkin_id"] not in _edited(small):
            assert text[row["checkin_id"]][1] == expected


def _edited(sample: Sample) -> set[str]:
    """Ids of check-ins with more than one version."""
    return {row["checkin_id"] for row in sample.truth("corrections") if row["what"] != "late"}


def test_nobody_is_the_purchaser_of_a_true_transfer_to_oneself(small: Sample) -> None:
    for row in small.truth("transfers"):
        if row["is_transfer"] == "True":
            assert row["true_purchaser_person_id"] != row["user_person_id"]


def test_passes_are_paid_before_they_are_used(small: Sample) -> None:
    paid = {row["transaction_id"]: row["Date"] for row in small.export("transactions")}
    used = {row["checkin_id"]: row["checkin_datetime"] for row in small.export("checkins")}
    linked = [row for row in small.truth("transfers") if row["transaction_id"]]
    assert len(linked) > 0.8 * sum(
        row["transfer_type"] == "entry_pass" for row in small.truth("transfers")
    )
    for row in linked:
        lag = date.fromisoformat(used[row["checkin_id"]][:10]) - date.fromisoformat(
            paid[row["transaction_id"]]
        )
        assert timedelta(0) <= lag < timedelta(days=60)


def test_punches_count_down(small: Sample) -> None:
    left: dict[str, list[int]] = {}
    for row in sorted(small.truth("transfers"), key=lambda row: int(row["checkin_id"])):
        if row["true_is_punch"] == "True":
            left.setdefault(row["purchase_id"], []).append(int(row["true_remaining"]))
    assert left
    for counts in left.values():
        assert counts == sorted(set(counts), reverse=True)
        assert all(0 <= count <= 4 for count in counts)


def test_companions_were_in_the_house_that_day(small: Sample) -> None:
    person = {row["customer_id"]: row["person_id"] for row in small.truth("households")}
    present = {
        (person[row["customer_id"]], row["checkin_datetime"][:10])
        for row in small.export("checkins")
    }
    for row in small.truth("companions"):
        assert int(row["customer_id_1"]) < int(row["customer_id_2"])
        assert (person[row["customer_id_1"]], row["date"]) in present
        assert (person[row["customer_id_2"]], row["date"]) in present


def test_friend_pairs_are_the_totals_of_companions(small: Sample) -> None:
    days = Counter(
        (row["customer_id_1"], row["customer_id_2"]) for row in small.truth("companions")
    )
    totals = {
        (row["customer_id_1"], row["customer_id_2"]): int(row["days_together"])
        for row in small.truth("friend_pairs")
    }
    assert totals == dict(days)


def test_classmates_are_no_companions(small: Sample) -> None:
    kinds = {row["party_id"]: row["party_kind"] for row in small.truth("checkins")}
    assert "class" in kinds.values()
    together = {kinds[row["party_id"]] for row in small.truth("companions")}
    assert not together & {"class", "free"}


def test_duos_and_families_are_as_large_as_they_may_be(small: Sample) -> None:
    sizes = {row["membership_id"]: row["size"] for row in small.export("memberships")}
    rosters = Counter(row["membership_instance_id"] for row in small.truth("members"))
    for instance, count in rosters.items():
        assert count <= {"solo": 1, "duo": 2, "family": 6, "corporate": 14}[sizes[instance]]
    assert {"solo", "duo", "family", "corporate"} <= set(sizes.values())


def test_some_neighbours_on_the_members_list_are_strangers(small: Sample) -> None:
    instance = {row["member_id"]: row["membership_instance_id"] for row in small.truth("members")}
    rows = [row for row in small.export("members") if row["size"] in ("duo", "family")]
    rows.sort(key=lambda row: int(row["member_id"]))
    fused = [
        (one["member_id"], two["member_id"])
        for one, two in pairwise(rows)
        if instance[one["member_id"]] != instance[two["member_id"]]
        and int(two["member_id"]) - int(one["member_id"]) <= 4
        and all(one[key] == two[key] for key in ("membership_id", "start_date", "end_date"))
    ]
    assert fused


def test_memberships_run_end_freeze_and_start_later(small: Sample) -> None:
    rows = small.export("memberships")
    assert {"ACT", "END"} <= {row["status"] for row in rows}
    assert any(row["start_date"] > config.AS_OF.isoformat() for row in rows)
    on_roster = {
        (row["membership_instance_id"], row["customer_id"]) for row in small.truth("members")
    }
    outside = [row for row in rows if (row["membership_id"], row["owner_id"]) not in on_roster]
    assert 0 < len(outside) < 0.3 * len(rows)
    people = Counter(row["customer_id"] for row in small.truth("members"))
    assert max(people.values()) > 1


# Dirt


def test_every_kind_of_dirt_is_there(small: Sample) -> None:
    kinds = {row["dirt"] for row in small.truth("transfers")}
    assert {*dirt.RATES, "clean", "namesake_checkin", "namesake_unresolvable"} <= kinds
    assert set(small.manifest["dirt"]) == kinds


def test_trap_surnames_buy_for_others(small: Sample) -> None:
    last = {row["customer_id"]: row["last_name"] for row in small.export("customers")}
    buyers = {
        last[row["true_purchaser_customer_id"]]
        for row in small.truth("transfers")
        if row["true_purchaser_customer_id"]
    }
    assert {"Null", "Nan", "NA", "Fromm", "Punchard"} <= buyers
    assert {surname for _, surname in names.TRAPS} <= set(last.values())


def test_duplicate_customer_records_share_a_person(small: Sample) -> None:
    person = {row["customer_id"]: row["person_id"] for row in small.truth("households")}
    people = Counter(person.values())
    twice = [row for row in small.truth("households") if row["is_second_account"] == "True"]
    assert twice
    assert all(people[row["person_id"]] == 2 for row in twice)
    records: dict[str, list[dict[str, str]]] = {}
    for row in small.export("customers"):
        records.setdefault(person[row["customer_id"]], []).append(row)
    signs = {}
    for row in small.truth("duplicates"):
        signs |= {row["customer_id_1"]: row["sign"], row["customer_id_2"]: row["sign"]}
    for row in twice:
        one, two, *_ = {item["customer_id"]: item for item in records[row["person_id"]]}.values()
        if signs[row["customer_id"]] == "copied":
            assert (one["birthday"], one["email"]) == (two["birthday"], two["email"])
        else:
            assert (two["birthday"], two["email"]) == ("", "")


@pytest.mark.parametrize("name", list(EXPORTS))
def test_odd_rows_are_as_many_as_the_manifest_says(small: Sample, name: str) -> None:
    _, rows = small.lines(name)
    broken = sum(small.manifest["malformed"][name].values())
    doubled = small.manifest["exact_duplicates"][name]
    older = small.manifest["superseded"].get(name, 0)
    assert len(rows) == small.manifest["counts"][name] + broken + doubled + older
    assert broken <= 0.005 * len(rows)
    assert len(rows) - len(small.export(name)) == broken
    assert len(rows) - len({tuple(row) for row in rows}) == doubled


def test_all_kinds_of_broken_checkins_are_there(small: Sample) -> None:
    assert set(small.manifest["malformed"]["checkins"]) == set(odd_rows.BROKEN["checkins"])
    assert small.manifest["exact_duplicates"]["checkins"] > 0
    assert small.manifest["superseded"]["checkins"] > 0


def test_repeated_checkin_ids_end_with_the_true_text(small: Sample) -> None:
    versions: dict[str, list[tuple[str, int, str]]] = {}
    for place, row in enumerate(small.export("checkins")):
        versions.setdefault(row["checkin_id"], []).append(
            (row["created_at"], place, row["entry_method_description"])
        )
    edits = [row for row in small.truth("corrections") if row["what"] != "late"]
    assert len(edits) == small.manifest["superseded"]["checkins"]
    assert any(row["edited_at"] == row["visible_from"] for row in edits)
    for row in edits:
        texts = [text for _, _, text in sorted(versions[row["checkin_id"]])]
        assert (texts[0], texts[-1]) == (row["desc_before"], row["desc"])
        assert texts[0] != texts[-1]


def test_everything_is_invented(small: Sample) -> None:
    mail = re.compile(r"[^@,\s\"]+@[^@,\s\"]+")
    for name in EXPORTS:
        text = (small.folder / EXPORTS[name]).read_text(encoding="utf-8")
        hosts = {found.rpartition("@")[2] for found in mail.findall(text)}
        # names that are reserved, so nobody's
        known = {"example.org", "example.com", "example.net"}
        assert {host for host in hosts if not host.endswith(".example")} <= known
    phones = {row["phone"] for row in small.export("customers")} - {""}
    assert phones
    assert all(re.fullmatch(r"555\d{7}", phone) for phone in phones)


def test_files_end_their_lines_with_a_line_feed(small: Sample) -> None:
    for path in small.folder.rglob("*.csv"):
        content = path.read_bytes()
        assert b"\r" not in content
        assert content.endswith(b"\n")
