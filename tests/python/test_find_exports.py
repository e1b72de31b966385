"""Which files under the exports root are read, which are not, and that none is passed over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from python_udfs.file_kinds import FileError
from python_udfs.find_exports import (
    ERASURE,
    ExportFile,
    as_pattern,
    files_of,
    is_left_by_a_system,
    list_files,
    looks_like,
    place,
    words,
)
from python_udfs.raw_exports import EXPORTS

MEMBERS = "capitan/members"
PAYMENTS = "transactions/combined_transaction_data"


def lay(root: Path, *names: str) -> Path:
    """Files of these names, a line of text in each."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("some text\n")
    return root


def listed(root: Path) -> dict[str, str | None]:
    """Name -> the export it is read for, or None."""
    return {
        file.name: file.export for file in list_files(None, str(root), EXPORTS) if not file.reason
    }


READ = {
    "plain": "capitan/members.csv",
    "capitals in the ending": "capitan/members.CSV",
    "capitals in the name": "capitan/Members.csv",
    "capitals in the folder": "Capitan/MEMBERS.Csv.GZ",
    "text": "capitan/members.txt",
    "tabs": "capitan/members.tsv",
    "zstd": "capitan/members.csv.zst",
    "zip": "capitan/members.csv.zip",
    "no ending": "capitan/members",
    "a blank at the end of the folder": "capitan /members.csv",
    "dated": "capitan/members.2025-11-24.csv",
    "in a folder": "capitan/members/2025/part 1.CSV",
    "a part without ending": "capitan/Members/part-00000",
    "a part with many dots": "capitan/members/part-0.c000.snappy.parquet",
    "in a folder with an ending": "capitan/members.csv/part-0.csv",
    "signs of patterns": "capitan/members/a[1]*b{c}?.csv",
}


@pytest.mark.parametrize("name", READ.values(), ids=READ.keys())
def test_a_spelling_of_an_export_is_read(tmp_path: Path, name: str) -> None:
    assert listed(lay(tmp_path, name)) == {name: MEMBERS}


def test_an_export_has_files_of_its_other_names_too(tmp_path: Path) -> None:
    names = (
        "capitan/memberships.csv",
        "Capitan/Temporary_Passes.csv",
        "capitan/2_week_passes/1.csv",
    )
    root = lay(tmp_path, *names)
    assert listed(root) == dict.fromkeys(names, "capitan/memberships")
    found = list_files(None, str(root), EXPORTS)
    assert len(files_of("capitan/memberships", False, found)) == len(names)
    lay(root, "capitan/temporary_passes.csv.gz")
    assert "in more than one form" in refused(root, "capitan/memberships")


NOT_READ = {
    "capitan/members.xlsx": "an Excel workbook",
    "capitan/members.XLSX": "an Excel workbook",
    "capitan/members.csv.bak": "its ending is not .csv",
    "capitan/members/notes.docx": "its ending is not .csv",
    "capitan/custommers_backup.csv": "no export has this folder and name",
    "members.csv": "no export has this folder and name",
    "other/members.csv": "no export has this folder and name",
    "capitan/members.old/part.csv": "no export has this folder and name",
    "privacy": "a file where a folder of exports belongs",
    "capitan/.members.csv": "no export has this folder and name",
}


@pytest.mark.parametrize("name,reason", NOT_READ.items(), ids=NOT_READ.keys())
def test_any_other_file_is_named_with_a_reason(tmp_path: Path, name: str, reason: str) -> None:
    [file] = list_files(None, str(lay(tmp_path, name)), EXPORTS)
    assert (file.name, file.export) == (name, None)
    assert file.reason.startswith(reason)


def test_what_systems_leave_is_no_file(tmp_path: Path) -> None:
    left = (".DS_Store", "capitan/Thumbs.db", "capitan/desktop.ini", "capitan/._members.csv")
    left += ("capitan/daily/_SUCCESS", ".git/config", "capitan/~$members.xlsx")
    assert list_files(None, str(lay(tmp_path, *left)), EXPORTS) == []
    assert not is_left_by_a_system("_members.csv")


def test_a_folder_in_which_nothing_is_read_is_listed_once() -> None:
    names = ("photos/a/1.jpg", "capitan/photos/a/1.jpg", "capitan/members/1.jpg", "a.jpg")
    assert [place(name, EXPORTS)[2] for name in names] == [
        "photos/",
        "capitan/photos/",
        "capitan/members/1.jpg",
        "a.jpg",
    ]


def link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


LINKS: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "a file": (lambda root, away: link(root / "capitan/members.csv", away / "m.csv"), ".csv"),
    "a part": (lambda root, away: link(root / "capitan/members/1.csv", away / "m.csv"), "/1.csv"),
    "a folder of parts": (lambda root, away: link(root / MEMBERS, away), "/m.csv"),
    "an export's folder": (lambda root, away: link(root / "capitan", away / "all"), ".csv"),
    "a link to a link": (
        lambda root, away: (link(away / "l", away / "m.csv"), link(root / MEMBERS, away / "l")),
        "",
    ),
}


@pytest.mark.parametrize("build,name", LINKS.values(), ids=LINKS.keys())
def test_links_are_followed(tmp_path: Path, build: Callable, name: str) -> None:
    away = lay(tmp_path / "away", "m.csv", "all/members.csv")
    root = tmp_path / "root"
    root.mkdir()
    if name == "/m.csv":
        (away / "all/members.csv").unlink()
    build(root, away)
    assert listed(root) == {f"{MEMBERS}{name}": MEMBERS}
    root.rename(tmp_path / "real")
    link(root, tmp_path / "real")
    assert listed(root) == {f"{MEMBERS}{name}": MEMBERS}


def test_a_link_in_a_circle_ends(tmp_path: Path) -> None:
    lay(tmp_path, "capitan/members/1.csv")
    link(tmp_path / "capitan/members/up", tmp_path)
    link(tmp_path / "capitan/self", tmp_path / "capitan/self")
    found = {file.name: file.reason for file in list_files(None, str(tmp_path), EXPORTS)}
    assert found == {
        "capitan/members/1.csv": None,
        "capitan/members/up": "a link to a folder above it",
        "capitan/self": "a link to nothing",
    }


def refused(root: Path, export: str) -> str:
    with pytest.raises(FileError) as error:
        files_of(export, EXPORTS[export].required, list_files(None, str(root), EXPORTS))
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("name", [f"{MEMBERS}.csv", f"{MEMBERS}/part.csv", MEMBERS])
def test_an_export_that_is_a_link_to_nothing_is_refused(tmp_path: Path, name: str) -> None:
    link(tmp_path / name, tmp_path / "gone")
    assert refused(tmp_path, MEMBERS) == f"{name} cannot be read: a link to nothing"


def test_an_export_that_is_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "capitan").mkdir()
    os.mkfifo(tmp_path / f"{MEMBERS}.csv")
    assert "a device, a pipe or a socket" in refused(tmp_path, MEMBERS)


def test_an_export_that_is_an_empty_folder_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, "capitan/Members/.DS_Store")
    (tmp_path / "capitan/staff").mkdir()
    assert refused(tmp_path, MEMBERS) == "capitan/Members cannot be read: an empty folder"
    assert len(list_files(None, str(tmp_path), EXPORTS)) == 1
    (tmp_path / "capitan/Members/2025/11").mkdir(parents=True)
    assert refused(tmp_path, MEMBERS) == "capitan/Members cannot be read: an empty folder"
    lay(tmp_path, "capitan/Members/2025/1.csv")
    assert listed(tmp_path) == {"capitan/Members/2025/1.csv": MEMBERS}


EMPTY_FOLDERS = {
    "privacy/erasure_requests/sub": "privacy/erasure_requests/sub cannot be read: an empty folder",
    "privacy/erasure_requests/v1.0": "privacy/erasure_requests/v1.0 is not read (an empty folder)",
    "privacy/erasure request": "privacy/erasure request is not read (an empty folder)",
    "deletions": "deletions is not read (an empty folder)",
}


@pytest.mark.parametrize("folder,sentence", EMPTY_FOLDERS.items(), ids=EMPTY_FOLDERS)
def test_an_empty_folder_for_requests_is_refused_also_beside_a_file(
    tmp_path: Path, folder: str, sentence: str
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    assert refused(tmp_path, ERASURE).startswith(sentence)
    beside = "" if folder.startswith(f"{ERASURE}/") else ".csv"
    lay(tmp_path, f"{ERASURE}/1.csv" if not beside else f"{ERASURE}.csv")
    assert refused(tmp_path, ERASURE).startswith(sentence)


def test_an_empty_folder_privacy_holds_no_request(tmp_path: Path) -> None:
    (tmp_path / "privacy").mkdir()
    assert files_of(ERASURE, False, list_files(None, str(tmp_path), EXPORTS)) == []


def test_a_root_without_a_name_is_refused() -> None:
    with pytest.raises(FileError, match="GYM_RAW_EXPORTS names no folder"):
        list_files(None, "", EXPORTS)


@pytest.mark.parametrize("folder", ["transactions", "privacy"])
def test_a_folder_that_is_a_link_to_nothing_is_no_missing_export(
    tmp_path: Path, folder: str
) -> None:
    link(tmp_path / folder, tmp_path / "gone")
    [export] = [path for path in EXPORTS if path.startswith(folder)]
    assert f"{folder} " in refused(tmp_path, export)
    assert "a link to nothing" in refused(tmp_path, export)


def test_a_root_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"gone cannot be listed \(GYM_RAW_EXPORTS\): No such"):
        list_files(None, str(tmp_path / "gone"), EXPORTS)


FORMS = [
    ("capitan/members.csv", "capitan/members.CSV"),
    ("capitan/members.csv", "Capitan/members.csv"),
    ("capitan/members.csv", "capitan/members.csv.gz"),
    ("capitan/members.txt", "capitan/Members/1.csv"),
]


@pytest.mark.parametrize("names", FORMS, ids=" ".join)
def test_an_export_in_two_forms_is_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    sentence = refused(lay(tmp_path, *names), MEMBERS)
    assert sentence.startswith("capitan/members is there in more than one form: ")
    assert all(name in sentence for name in names)


ALIKE = {
    MEMBERS: [
        "capitan/member.csv",
        "capitan/members.xlsx",
        "capitan/members.csv.bak",
        "capitan/members_2025-11-24.csv",
        "capitan/members (1).csv",
        "capitan/Members - Copy.csv",
        "capitan/membres.csv",
        "capitan/member/part-1.csv",
        "members.csv",
        "members/part-1.csv",
        "capitan_exports/members.csv",
        "capitan/members/members.docx",
        "capitan/members.json",
        "capitan/members.csv.xz",
        "capitan/members.7z",
        "capitan/members.2025-11-24.sqlite",
        "capitan/members.csv~",
        "capitan/.members.csv.Xa81kQ",
        "capitan_members.csv",
        "capitan/captain-members.html",
        "members_capitan.csv.part",
        "capitan.7z",
    ],
    PAYMENTS: [
        "transactions/combined_transactions.csv",
        "transactions/transactions.csv",
        "transactions/Combined-Transaction-Data.csv",
        "transaction/combined_transaction_data.csv",
        "transactions.csv",
        "combinedTransactionData.csv",
        "transactions_combined_transaction_data.csv",
        "transactions/combined_transaction_data.csv.lz4",
    ],
    "capitan/relations": ["capitan/relationships.csv", "capitan/relation.json"],
    "capitan/memberships": ["capitan_memberships.csv", "capitan/memberships.tmp"],
}


@pytest.mark.parametrize(
    "export,name", [(export, name) for export, names in ALIKE.items() for name in names]
)
def test_a_file_like_an_export_that_is_missing_stops_the_build(
    tmp_path: Path, export: str, name: str
) -> None:
    sentence = refused(lay(tmp_path, name), export)
    assert sentence.startswith(f"{export} has no file, but {name} looks like it and is not read (")
    assert f"{export}.csv" in sentence


def test_a_refusal_names_the_other_files_that_are_not_read(tmp_path: Path) -> None:
    others = [f"capitan/other{n}.csv" for n in range(8)]
    sentence = refused(lay(tmp_path, "capitan/member.csv", "photos/1.jpg", *others), MEMBERS)
    assert sentence.endswith(f"; also not read: {', '.join(others[:5])} and 4 more")


NOT_ALIKE = [
    (MEMBERS, "capitan/membership_types.csv"),
    (MEMBERS, "capitan/staff.csv"),
    (MEMBERS, "numbers.csv"),
    (PAYMENTS, "transactions/readme.txt"),
    (PAYMENTS, "capitan/data.csv"),
    ("capitan/memberships", "capitan/member_notes.csv"),
    ("capitan/relations", "capitan/locations.csv"),
    (ERASURE, "capitan/requests.csv"),
    (ERASURE, "measurements.csv"),
    (ERASURE, "measure.csv"),
    (ERASURE, "private/cameras.csv"),
    (ERASURE, "capitan/privacy_policy.pdf"),
    (ERASURE, "capitan/erasmus.csv"),
    (ERASURE, "relations/targets.csv"),
    (MEMBERS, "capitan_membership_types.json"),
    (MEMBERS, "capitan_notes.csv"),
]


@pytest.mark.parametrize("export,name", NOT_ALIKE)
def test_a_file_of_another_name_stops_nothing(tmp_path: Path, export: str, name: str) -> None:
    assert files_of(export, False, list_files(None, str(lay(tmp_path, name)), EXPORTS)) == []


def test_a_file_like_an_export_that_is_there_stops_nothing(tmp_path: Path) -> None:
    files = list_files(None, str(lay(tmp_path, f"{MEMBERS}.csv", "capitan/member.csv")), EXPORTS)
    assert [file.name for file in files_of(MEMBERS, False, files)] == [f"{MEMBERS}.csv"]


def test_a_required_export_that_is_missing_names_what_looks_like_it(tmp_path: Path) -> None:
    for name in ("capitan/check-ins.csv", "capitan/checkins.json", "capitan_checkins.csv"):
        sentence = refused(lay(tmp_path / name, name), "capitan/checkins")
        assert sentence.startswith("capitan/checkins.csv is missing, ")
        assert f"; {name} looks like it and is not read" in sentence


OVERLOOKED = [
    "privacy/erasure_request.csv",
    "privacy/erasure_requests.xlsx",
    "privacy/notes.txt",
    "Privacy/list.csv",
    "privacy/2025/erasure_requests.csv",
    "privacy",
    "privacy.csv",
    "erasure_requests.csv",
    "capitan/Erasure-Requests.CSV",
    "gdpr/erased people.csv",
    "capitan/erazure_requests.csv",
    "privacy/.erasure_requests.csv",
    "privacy/.erasure_requests.json",
    "privacy/.erasure_requests.csv.k2Xq7A",
    "privacy/.list.xlsx",
    ".privacy/list.csv",
    ".erasures",
    "privcay/list.csv",
    "privacy (1)/list.csv",
    "privacy-old/list.csv",
    "Privacy 2025/list.csv",
    "privacies/list.csv",
    "capitan/privacy/list.csv",
    "capitan/privacy.xml",
    "deletion_requests.csv",
    "capitan/to-delete.csv",
    "capitan/Deleted People/2025.csv",
    "forgotten.csv",
    "right_to_be_forgoten.csv",
    "gdpr.csv",
    "capitan/GDPR2025.pdf",
    "CCPA/a.csv",
    "dsr_2025.csv",
    "privacy_requests.csv",
    "capitan/requests/privacy.csv",
    "earsure.csv",
    "deltion list.csv",
]


@pytest.mark.parametrize("name", OVERLOOKED)
def test_no_request_to_be_erased_is_overlooked(tmp_path: Path, name: str) -> None:
    """Neither alone nor beside a file that is read."""
    sentence = refused(lay(tmp_path / "alone", name), ERASURE)
    assert sentence.startswith(f"{name} is not read (")
    assert f"{ERASURE}.csv" in sentence
    if name != "privacy":
        assert refused(lay(tmp_path / "two", f"{ERASURE}.csv", name), ERASURE) == sentence


def test_what_is_read_beside_the_requests_stops_nothing(tmp_path: Path) -> None:
    """Nor do the locks and the hidden folders of systems."""
    lay(tmp_path, f"{ERASURE}.csv", f"{MEMBERS}.csv", "privacy/.~lock.erasure_requests.csv#")
    lay(tmp_path, "privacy/.DS_Store", "privacy/._erasure_requests.csv", ".git/config")
    files = list_files(None, str(tmp_path), EXPORTS)
    assert [file.name for file in files_of(ERASURE, False, files)] == [f"{ERASURE}.csv"]


def test_words_tell_what_a_file_holds() -> None:
    assert words("2025-11-24 Combined_TransactionData (1).csv.gz") == ["combined", "transaction"]
    assert words("data.csv") == ["data"]


def test_bytes_that_are_no_text_are_shown(tmp_path: Path) -> None:
    (tmp_path / "capitan").mkdir()
    with open(os.fsencode(tmp_path) + b"/capitan/gr\xf6sse\n.csv", "wb"):
        pass
    [file] = list_files(None, str(tmp_path), EXPORTS)
    assert file.name == r"capitan/gr\xf6sse?.csv"
    assert not looks_like(file, MEMBERS)


def test_a_file_is_dated_and_never_ahead_of_the_clock(tmp_path: Path) -> None:
    lay(tmp_path, "capitan/members.csv", "capitan/relations.csv")
    os.utime(tmp_path / "capitan/members.csv", (1e9, 1e9))
    os.utime(tmp_path / "capitan/relations.csv", (4e9, 4e9))
    before, ahead = list_files(None, str(tmp_path), EXPORTS)
    assert str(before.written_at) == "2001-09-09 01:46:40"
    assert ahead.written_at.year < 2090
    assert before.byte_count == len("some text\n")


def test_a_pattern_fits_only_the_name() -> None:
    assert as_pattern("a[1]*b{c}?.csv") == "a[[]1][*]b{c}[?].csv"


def test_files_come_by_name() -> None:
    files = [ExportFile(f"{MEMBERS}/{n}.csv", "", MEMBERS, None, "") for n in (1, 2, 10)]
    assert [file.name[-6:] for file in files_of(MEMBERS, False, sorted(files))] == [
        "/1.csv",
        "10.csv",
        "/2.csv",
    ]
