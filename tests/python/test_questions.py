"""Questions to staff: what answers change, and what they do not."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from conftest import Project
from duckdb import connect

from scripts.golden import digests

ANSWERS = "reviews/answers"
NOBODY = ("ghost", "ghost_similar", "not_a_person", "self")
# What an answer can change, and the questions.
BEHIND = ["--select"] + [
    f"raw_reviews__answers+,+{model}"
    for model in (
        "pass_transfers", "customer_interactions", "customer_connections", "customer_events",
        "customers", "crew_members", "crews", "checkins", "duplicate_customers", "match_accuracy",
        "data_questions", "rejected_rows", "pipeline_report", "guest_conversion", "host_credit",
    )
]  # fmt: skip
OPEN = """
    select
        question_id, kind, checkin_id, customer_id_1, customer_id_2, answers, evidence_fingerprint,
    from data_questions where status = 'open' order by value desc, question_id
"""


def answer(question: str, said: str, by: str = "Ann", at: str = "2025-11-30 10:00:00", seen="?"):
    """A row of reviews/answers."""
    return {
        "question_id": question, "answer": said, "answered_by": by, "answered_at": at,
        "evidence_fingerprint": seen,
    }  # fmt: skip


def build(project: Project, rows: Iterable[Mapping[str, object]] | None, *more: str) -> None:
    """Build what stands behind the answers; None for a gym without the export."""
    if rows is None:
        (project.exports / f"{ANSWERS}.csv").unlink(missing_ok=True)
    else:
        project.write(ANSWERS, rows)
    done = project.run("dbt", "run", *BEHIND, *more)
    assert done.returncode == 0, done.stdout


def results(project: Project) -> dict[tuple[str, str], list]:
    """A digest of each column of the results, apart from the lines that tell of the answers."""
    with connect(str(project.warehouse), read_only=True) as connection:
        return {(table, column): rest for table, column, *rest in digests(connection)}


def figures(project: Project) -> dict[str, int]:
    sql = "select metric, value from pipeline_report where section = 'questions to staff'"
    return dict(project.query(sql))


# Words that no list and no grammar has, in place of some that they have, in every so many lines;
# and what is true of them.
STATUS = "Kept For Now"
MEANT = {"payment_status": "succeeded", "pass_text": "buyer"}
PLANTED = {
    "payment_status": (
        "transactions/combined_transaction_data",
        3, r"^(?!.*,-)(.*),(?:VALIDATED_COMPLETED|succeeded),", rf"\1,{STATUS},",
    ),
    # a name of two words, each with a large letter and small ones
    "pass_text": (
        "capitan/checkins",
        2, r"(,Day Pass [(]Adult 14 and Up[)]) from ([A-Z][a-z]+ [A-Z][a-z]+ [(])", r"\1 von \2",
    ),
}  # fmt: skip


def plant(project: Project) -> dict[str, int]:
    """Write unknown words into the exports; how many lines of each kind have one."""
    planted = {}
    for kind, (name, every, pattern, new) in PLANTED.items():
        path = project.exports / f"{name}.csv"
        lines = path.read_text(encoding="utf-8").split("\n")
        changed = [
            line if number % every else re.sub(pattern, new, line)
            for number, line in enumerate(lines)
        ]
        # a link to the sample
        path.unlink()
        path.write_text("\n".join(changed), encoding="utf-8")
        planted[kind] = sum(map(str.__ne__, lines, changed))
    return planted


class Truth:
    """What the sample was made from."""

    def __init__(self, folder: Path) -> None:
        def read(name: str) -> list[dict[str, str]]:
            with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
                return list(csv.DictReader(file))

        self.transfers = {int(row["checkin_id"]): row for row in read("transfers")}
        self.person = {int(row["customer_id"]): row["person_id"] for row in read("households")}

    def of(self, row: tuple) -> str:
        """The true answer to a question."""
        _, kind, checkin_id, one, other, answers, _ = row
        if kind == "records":
            return "same" if self.person[one] == self.person[other] else "not_same"
        written = self.transfers[checkin_id]
        if written["dirt"] in NOBODY:
            return "none"
        codes = [option["code"] for option in json.loads(answers) if option["code"] != "none"]
        person = written["true_purchaser_person_id"]
        right = [code for code in codes if self.person[int(code)] == person]
        return [*right, written["true_purchaser_customer_id"]][0]

    def outcomes(self, project: Project) -> dict[str, int]:
        """How many passes have the right buyer, a wrong one, or none where there is one."""
        sql = "select checkin_id, purchaser_customer_id from pass_transfers"
        counts = {"right": 0, "wrong": 0, "open": 0}
        for checkin_id, found in project.query(sql):
            written = self.transfers[checkin_id]
            is_nobody = written["dirt"] in NOBODY
            if found is None:
                counts["right" if is_nobody else "open"] += 1
            else:
                same = self.person[found] == written["true_purchaser_person_id"]
                counts["right" if same and not is_nobody else "wrong"] += 1
        return counts


def apart(built: Project, folder: Path) -> Project:
    """A built project in a place of its own; its exports too, since answers join them."""
    project = Project(folder, folder / "exports")
    for path in sorted(built.exports.rglob("*.csv")):
        place = project.exports / path.relative_to(built.exports)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(path)
    project.warehouse.write_bytes(built.warehouse.read_bytes())
    return project


@pytest.fixture(scope="module")
def asked(small_gym: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small gym, in which answers are given and withdrawn."""
    return apart(small_gym, tmp_path_factory.mktemp("asked"))


def test_ten_true_answers_leave_no_pass_of_the_sample_open(
    sample_project, sample_exports: Path, tmp_path: Path
) -> None:
    """Then each of them is withdrawn, and all is as before."""
    built, result = sample_project
    assert result.returncode == 0, result.stderr
    asked = apart(built, tmp_path)
    truth = Truth(sample_exports / "truth")
    before, rows_before = truth.outcomes(asked), results(asked)
    bought = "select checkin_id, purchaser_customer_id, match_method from pass_transfers"
    passes = asked.query(bought)
    questions = asked.query(OPEN)
    assert len(questions) == 50
    true = [answer(row[0], truth.of(row), seen=row[6]) for row in questions[:10]]
    assert {"same", "not_same"} < {row["answer"] for row in true}

    build(asked, true)
    after, answered = truth.outcomes(asked), results(asked)
    assert before["open"] > 0 == before["wrong"], before
    moved = set(asked.query(bought)) - set(passes)
    print(f"before {before}, after {after}; buyer or method of {len(moved)} passes is another")
    assert after == {"right": sum(before.values()), "wrong": 0, "open": 0}
    found = figures(asked)
    assert (found["answered"], found["applied"], found["stale"]) == (10, 10, 0)
    assert found["answers to no known question"] == 0
    assert not {row[0] for row in questions[:10]} & {row[0] for row in asked.query(OPEN)}
    reviewed = "select distinct match_confidence from pass_transfers where match_method = {}"
    assert asked.query(reviewed.format("'staff_review'")) == [(100,)]
    changed = {table for (table, _), rest in answered.items() if rest != rows_before[table, _]}
    assert {"pass_transfers", "customer_connections", "customers"} <= changed
    assert "memberships" not in changed

    later = [row | {"answer": "unknown", "answered_at": "2025-11-30 11:00:00"} for row in true]
    build(asked, true + later)
    assert results(asked) == rows_before
    assert figures(asked)["put off"] == 10


def test_a_wrong_answer_is_believed_and_withdrawn_without_a_trace(
    asked: Project, small_gym: Project
) -> None:
    """It moves all uses of the name by the group, and counts against the evidence.

    A build without a history gives the same rows.
    """
    build(asked, None)
    rows_before = results(asked)
    [(question, checkin_id, found)] = asked.query(
        """
        select questions.subject_id, questions.checkin_id, transfers.purchaser_customer_id
        from data_questions as questions
        inner join pass_transfers as transfers using (checkin_id)
        where questions.kind = 'check' and transfers.match_method = 'name_exact'
        order by questions.rows_changed desc, questions.subject_id limit 1
        """
    )
    wrong = answer(question, str(min(set(Truth(small_gym.folder / "truth").person) - {found})))
    build(asked, [wrong])
    believed = results(asked)
    sql = f"select purchaser_customer_id, match_method from pass_transfers where {checkin_id=}"
    assert asked.query(sql) == [(int(wrong["answer"]), "staff_review")]
    wrong_ones = "select sum(answered_count), sum(wrong_count) from match_accuracy"
    assert asked.query(wrong_ones) == [(1, 1)]
    # seen with other facts behind it: it is asked again, and in effect until then
    assert figures(asked)["stale"] == 1
    build(asked, [wrong], "--full-refresh")
    assert results(asked) == believed != rows_before

    build(asked, None)
    assert results(asked) == rows_before


def test_bad_rows_contradictions_and_an_erased_customer(asked: Project) -> None:
    """Two disagree about a purchaser, one names somebody who is erased, one an unknown question."""
    build(asked, None)
    rows_before = results(asked)
    one, other, third = [row for row in asked.query(OPEN) if row[1] == "purchaser"][:3]

    def code(row: tuple) -> str:
        return json.loads(row[5])[0]["code"]

    rows = [
        answer(one[0], code(one), "Ann", seen=one[6]),
        answer(one[0], "none", "Bob", "2025-11-30 12:00:00", seen=one[6]),
        answer("0" * 24, "same"),
        answer(third[0], "perhaps"),
    ]
    build(asked, rows)
    now = results(asked)
    assert {key: now[key] for key in now if key[0] != "rejected_rows"} == {
        key: rows_before[key] for key in now if key[0] != "rejected_rows"
    }
    found = figures(asked)
    assert (found["contradicted"], found["answers to no known question"]) == (1, 1)
    [(reason,)] = asked.query(
        f"select reject_reason from rejected_rows where export_name = '{ANSWERS}'"
    )
    assert reason == "answer cannot be read: perhaps"
    # a quarter of the rows, and no more than a slip
    guarded = asked.run("dbt", "test", "--select", "assert_few_records_are_rejected")
    assert guarded.returncode == 0, guarded.stdout
    settling = "select question_id from data_questions where asked_because = 'contradicted'"
    [(new,)] = asked.query(settling)
    assert new != one[0]
    method = f"select match_method from pass_transfers where checkin_id = {one[2]}"
    assert asked.query(method) != [("staff_review",)]

    rows.append(answer(new, code(one), "Cleo", "2025-11-30 13:00:00", seen=one[6]))
    erased = answer(other[0], code(other), seen=other[6])
    build(asked, [*rows, erased])
    assert asked.query(settling) == []
    assert asked.query(method) == [("staff_review",)]
    assert figures(asked)["applied"] == 2

    asked.write("privacy/erasure_requests", [{"customer_id": code(other)}])
    done = asked.run("dbt", "run", "--select", "raw_reviews__answers", "stg_reviews__answers")
    assert done.returncode == 0, done.stdout
    left = asked.query(
        "select answer, answered_by, row_outcome from staging.stg_reviews__answers"
        f" where question_id = '{other[0]}'"
    )
    assert left == [(None, None, "erased")]
    landed = asked.query("select answer from landing.raw_reviews__answers")
    assert (code(other),) not in landed
    (asked.exports / "privacy/erasure_requests.csv").unlink()


def test_unknown_words_are_asked_and_the_true_answers_give_the_rows_of_known_words(
    asked: Project,
) -> None:
    """A status and a word before a buyer. They stay in the exports: this is the last test."""
    build(asked, None)
    known = results(asked)
    planted = plant(asked)
    assert all(count > 4 for count in planted.values()), planted
    exports = ["raw_capitan__checkins", "raw_transactions__combined_transaction_data"]
    exports += ["raw_reviews__answers"]
    done = asked.run("dbt", "run", "--select", *(f"{name}+" for name in exports))
    assert done.returncode == 0, done.stdout
    unanswered = results(asked)
    words = [row for row in asked.query(OPEN) if row[1] in MEANT]
    told = dict(asked.query("select kind, question from data_questions where status = 'open'"))
    print(told["payment_status"], told["pass_text"], sep="\n")
    assert sorted(row[1] for row in words) == ["pass_text", "payment_status"]
    assert '"kept_for_now", such as payment ' in told["payment_status"]
    assert 'behind "day pass (adult 9 and up) von" on' in told["pass_text"]
    # lines that repeat another one are none
    uses = dict(asked.query("select kind, rows_changed from data_questions"))
    for kind, count in planted.items():
        assert 0.95 * count - 1 <= uses[kind] <= count, (kind, uses[kind], count)

    true = [answer(row[0], MEANT[row[1]], seen=row[6]) for row in words]
    build(asked, true)
    # a line that cannot be read is shown as it stands
    known["rejected_rows", "raw_text"] = unanswered["rejected_rows", "raw_text"]
    assert results(asked) == known != unanswered
    assert figures(asked)["applied"] == 2
    notes = dict(asked.query("select metric, note from pipeline_report where note like '%staff%'"))
    assert notes["names a buyer"] == f"{uses['pass_text']} of them by staff_review"
    assert "statuses of payments by staff_review" in notes

    later = {"answer": "unknown", "answered_at": "2025-11-30 11:00:00"}
    build(asked, true + [row | later for row in true])
    assert results(asked) == unanswered
